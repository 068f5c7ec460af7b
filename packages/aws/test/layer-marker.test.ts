import { markerOf, markerText } from "../dist/infra/layer-marker.js";

const marker = {
  job: "0b4a2f1e-3c5d-4e6f-8a9b-0c1d2e3f4a5b",
  createdAt: new Date(Date.UTC(2026, 0, 1)),
  expiresAt: new Date(Date.UTC(2026, 0, 3)),
};

describe("the marker of a layer version", () => {
  it("tells job, creation and expiry, in what a description may hold", () => {
    expect(markerOf(markerText(marker))).toEqual(marker);
    expect(markerText(marker).length).toBeLessThanOrEqual(256);
  });

  it.each(["", "faast", "made by faast", "x faast:job=1 faast:created=now faast:expires=then"])(
    "is not seen where there is none: %j",
    (description) => {
      expect(markerOf(description)).toBeUndefined();
    },
  );
});
