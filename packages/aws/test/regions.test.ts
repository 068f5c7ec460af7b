import { lambdaRegions, regionsBeside } from "../dist/leftovers/regions.js";

describe("the regions of an account", () => {
  it("are those of its own world, each once", () => {
    expect(regionsBeside("cn-north-1")).toEqual(["cn-north-1", "cn-northwest-1"]);
    expect(regionsBeside("us-gov-west-1")).toEqual(["us-gov-east-1", "us-gov-west-1"]);
    const usual = regionsBeside("eu-west-1");
    expect(usual).toEqual(expect.arrayContaining(["us-east-1", "eu-west-1", "af-south-1"]));
    expect(usual.filter((each) => /^(cn|us-gov)-/.test(each))).toEqual([]);
    const names = lambdaRegions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("include one that is newer than the list, where it is named", () => {
    expect(regionsBeside("eu-moon-1")[0]).toBe("eu-moon-1");
    expect(regionsBeside("eu-moon-1")).toContain("eu-west-1");
  });
});
