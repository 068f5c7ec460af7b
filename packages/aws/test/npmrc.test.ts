import { expandedNpmrc, withoutSecrets } from "../dist/dependencies/npmrc.js";

describe("a `.npmrc`", () => {
  it("gets the values of the environment, as npm would put them", () => {
    const env = { TOKEN: "t1", EMPTY: "" };
    expect(expandedNpmrc("a=${TOKEN}\nb=x${EMPTY}y", env)).toBe("a=t1\nb=xy");
    expect(expandedNpmrc("a=${ABSENT}\nb=${ABSENT?}", env)).toBe("a=${ABSENT}\nb=");
    expect(expandedNpmrc("a=\\${TOKEN}", env)).toBe("a=\\${TOKEN}");
  });

  it("has secrets that are taken out of npm's output", () => {
    const auth = Buffer.from("ada:pass-word").toString("base64");
    const password = Buffer.from("open sesame").toString("base64");
    const npmrc = [
      "//one.example/:_authToken=token-1",
      `_auth = "${auth}"`,
      `//two.example/:_password=${password}`,
      "//two.example/:username=ada",
      "registry=https://one.example/",
    ].join("\n");
    const output = `token-1 ${auth} pass-word ${password} open sesame ada https://one.example/`;
    expect(withoutSecrets(output, npmrc)).toBe("*** *** *** *** *** ada https://one.example/");
  });

  it.each([
    ["'tok-1'", "tok-1"],
    ["tok-1 ; of the robot", "tok-1"],
    ["tok-1# of the robot", "tok-1"],
    ["'tok-1' ; of the robot", "tok-1"],
    ['"tok-1"', "tok-1"],
    ['"tok\\u002d1"', "tok-1"],
    ["tok\\;1", "tok;1"],
    ["tok\\x", "tok\\x"],
    ["tok-\\", "tok-\\"],
    ["tok-1\r", "tok-1"],
  ])("has secrets that are written as npm's files permit: %s", (written, secret) => {
    const npmrc = `//one.example/:_authToken=${written}\n; the end`;
    expect(withoutSecrets(`401 for ${secret} of ada`, npmrc)).toBe("401 for *** of ada");
  });

  it("has secrets that are taken out as they are written, too", () => {
    expect(withoutSecrets("bad line: tok;en-1", "_authToken=tok;en-1")).toBe("bad line: ***");
    expect(withoutSecrets("tok-1", '"//one.example/:_authToken" = tok-1')).toBe("***");
  });

  it("is not needed to take passwords out of URLs", () => {
    expect(withoutSecrets("GET https://ada:pass@host.example/x failed", "")).toBe(
      "GET https://***@host.example/x failed",
    );
  });
});
