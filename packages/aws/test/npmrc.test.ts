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

  it("is not needed to take passwords out of URLs", () => {
    expect(withoutSecrets("GET https://ada:pass@host.example/x failed", "")).toBe(
      "GET https://***@host.example/x failed",
    );
  });
});
