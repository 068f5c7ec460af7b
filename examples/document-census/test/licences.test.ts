import { regularExpression } from "../dist/licence-expression.js";
import { isLicenceFile, recogniseLicence, UNRECOGNISED } from "../dist/licence-text.js";
import { readPackage, UNDECLARED } from "../dist/package-licence.js";

describe("licence expressions", () => {
  test.each([
    ["MIT", "MIT"],
    ["(MIT OR Apache-2.0)", "Apache-2.0 OR MIT"],
    ["mit-like or (ISC OR mit-like)", "ISC OR mit-like"],
    ["MIT AND (ISC OR 0BSD)", "(0BSD OR ISC) AND MIT"],
    ["MIT AND ISC OR 0BSD", "0BSD OR ISC AND MIT"],
    ["GPL-2.0+ WITH Classpath-exception-2.0", "GPL-2.0+ WITH Classpath-exception-2.0"],
    ["LicenseRef-Mine", "LicenseRef-Mine"],
  ])("%s becomes %s", (expression, regular) => {
    expect(regularExpression(expression)).toBe(regular);
  });

  test.each(["", "MIT OR", "(MIT", "MIT)", "MIT ISC", "see the file", "MIT/X11"])(
    "%j is none",
    (expression) => {
      expect(regularExpression(expression)).toBeUndefined();
    },
  );
});

describe("the licence of a package", () => {
  const licence = (fields: object) =>
    readPackage(JSON.stringify({ name: "a", version: "1.0.0", ...fields }))?.licence;

  test.each([
    [{ license: "MIT" }, "MIT"],
    [{ license: { type: "ISC", url: "https://example.com" } }, "ISC"],
    [{ licenses: [{ type: "MIT" }, { type: "Apache 2.0" }] }, "Apache-2.0 OR MIT"],
    [{ license: ["MIT", "see the file"] }, "MIT OR see the file"],
    [{ license: "SEE LICENSE IN  x.txt" }, "SEE LICENSE IN x.txt"],
    [{ license: "" }, UNDECLARED],
    [{ license: 7 }, UNDECLARED],
    [{}, UNDECLARED],
  ])("%j is %s", (fields, expected) => {
    expect(licence(fields)).toBe(expected);
  });

  test("is asked only of packages", () => {
    expect(readPackage('{ "type": "module" }')).toBeUndefined();
    expect(readPackage("{ broken")).toBeUndefined();
    expect(readPackage("null")).toBeUndefined();
  });
});

describe("licence texts", () => {
  test("are looked for in files of such names", () => {
    const names = ["LICENSE", "license.md", "LICENCE.txt", "MIT-LICENSE", "COPYING", "UNLICENSE"];
    expect(names.filter(isLicenceFile)).toEqual(names);
    expect(["license.js", "licenses.json", "README.md"].filter(isLicenceFile)).toEqual([]);
  });

  test("are recognised whatever their line breaks and quotation marks", () => {
    const grant =
      "Permission is hereby granted,\n  free of charge, to any person obtaining a copy\nof this software";
    const notice =
      "The above copyright notice and this permission\nnotice shall be included in all copies";
    expect(recogniseLicence(`${grant}\n${notice}`)).toBe("MIT");
    expect(recogniseLicence(grant)).toBe("MIT-0");
    expect(recogniseLicence("All rights reserved.")).toBe(UNRECOGNISED);
  });

  test("of several licences are all named", () => {
    expect(recogniseLicence("Apache License, Version 2.0 ... CC0 1.0 Universal")).toBe(
      "Apache-2.0 AND CC0-1.0",
    );
  });
});
