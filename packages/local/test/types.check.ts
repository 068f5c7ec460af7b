// Checked by the compiler alone: what the types promise, and what they refuse.
import { faast, type Detail, type FaastModule, type ProxyModule } from "@faast/core";
import { faastLocal, provider } from "@faast/local";

interface Example {
  plain(a: number, b?: string): boolean;
  promised(): Promise<string[]>;
  generated(n: number): Generator<number, string, Date>;
  asynchronous(): AsyncGenerator<Uint8Array>;
  overAndOver(): IterableIterator<number>;
  constant: number;
  Type: new () => object;
}
declare const example: Example;

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(_: T) => undefined;

export async function check() {
  const m = await faast("local", example, { concurrency: 2 });
  holds<Same<ReturnType<typeof m.functions.plain>, Promise<boolean>>>(true);
  holds<Same<Parameters<typeof m.functions.plain>, [a: number, b?: string | undefined]>>(true);
  holds<Same<ReturnType<typeof m.functions.promised>, Promise<string[]>>>(true);
  holds<Same<ReturnType<typeof m.functions.generated>, AsyncGenerator<number, string, Date>>>(true);
  holds<Same<ReturnType<typeof m.functionsDetail.plain>, Promise<Detail<boolean>>>>(true);
  holds<Same<ReturnType<typeof m.functions.overAndOver>, AsyncGenerator<number, void, undefined>>>(
    true,
  );
  holds<
    Same<
      keyof ProxyModule<Example>,
      "plain" | "promised" | "generated" | "asynchronous" | "overAndOver"
    >
  >(true);

  // @ts-expect-error -- not a function
  void m.functions.constant;
  // @ts-expect-error -- a class
  void m.functions.Type;
  // @ts-expect-error -- wrong argument
  void m.functions.plain("one");
  // @ts-expect-error -- no such option of this provider
  void faast("local", example, { region: "us-west-2" });
  // @ts-expect-error -- wrong type of option
  void faast("local", example, { timeout: "60" });
  // @ts-expect-error -- no such option
  void faastLocal(example, { concurency: 1 });

  // A provider whose package is not imported here takes any options; they are checked at run time.
  void faast("some-cloud", example, { anything: 1 });
  void faast(provider, example, { timeout: 1 });
  void faast(example, { timeout: 1 });

  const byUrl = await faast<Example>("local", new URL("./example.js", import.meta.url));
  holds<Same<ReturnType<typeof byUrl.functions.plain>, Promise<boolean>>>(true);
  const byUrlAlone = await faast<Example>("./example.js");
  holds<Same<ReturnType<typeof byUrlAlone.functions.plain>, Promise<boolean>>>(true);
  const unknown = await faast("local", "./example.js");
  holds<Same<ReturnType<NonNullable<(typeof unknown.functions)["whatever"]>>, Promise<unknown>>>(
    true,
  );
  const views = m.with({
    timeout: 5,
    retry: (error, attempt) => attempt < 2 && error instanceof TypeError,
  });
  holds<Same<ReturnType<typeof views.functions.plain>, Promise<boolean>>>(true);
  const general: FaastModule<Example> = m;
  await general.cleanup();
}
