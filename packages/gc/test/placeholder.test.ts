import * as gc from "@faast/gc";

describe("@faast/gc", () => {
  it("exports nothing yet, as its README says", () => {
    expect(Object.keys(gc)).toEqual([]);
  });
});
