/** What stands for a licence whose text is not recognised. */
export const UNRECOGNISED = "unrecognised text";

const licenceFile =
  /^([a-z\d]+[-_.])?(un)?licen[cs]es?([-_.](mit|bsd|apache\d*|isc))?(\.(md|markdown|txt|rst))?$|^copying(\.lesser)?(\.txt)?$/;

/** Whether a file of that name holds the text of a licence. */
export function isLicenceFile(name: string): boolean {
  return licenceFile.test(name.toLowerCase());
}

/** What tells a licence's text: all of `has`, and nothing of `lacks`, in words without punctuation. */
interface Trait {
  readonly licence: string;
  readonly has: readonly string[];
  readonly lacks?: readonly string[];
}

const mit = "permission is hereby granted free of charge to any person obtaining a copy";
const mitNotice = "this permission notice shall be included in all copies";
const isc = "permission to use copy modify and";
const iscGrant = "distribute this software for any purpose with or without fee is hereby granted";
const iscNotice = "provided that the above copyright notice";
const bsd = "redistribution and use in source and binary forms with or without modification";
const endorsement = "be used to endorse or promote products derived from";
const binaryNotice = "redistributions in binary form must reproduce";

/** The GNU licences go by their dates as well: others mention them by name and version. */
const traits: readonly Trait[] = [
  { licence: "MIT", has: [mit, mitNotice] },
  { licence: "MIT-0", has: [mit], lacks: [mitNotice, "the above copyright notice"] },
  { licence: "ISC", has: [isc, iscGrant, iscNotice] },
  { licence: "0BSD", has: [isc, iscGrant], lacks: [iscNotice] },
  { licence: "BSD-3-Clause", has: [bsd, binaryNotice, endorsement] },
  { licence: "BSD-2-Clause", has: [bsd, binaryNotice], lacks: [endorsement] },
  { licence: "Apache-2.0", has: ["apache license version 2 0"] },
  { licence: "MPL-2.0", has: ["mozilla public license version 2 0"] },
  { licence: "GPL-2.0", has: ["gnu general public license version 2 june 1991"] },
  { licence: "GPL-3.0", has: ["gnu general public license version 3 29 june 2007"] },
  { licence: "LGPL-2.1", has: ["gnu lesser general public license version 2 1 february 1999"] },
  { licence: "LGPL-3.0", has: ["gnu lesser general public license version 3 29 june 2007"] },
  { licence: "AGPL-3.0", has: ["gnu affero general public license version 3 19 november 2007"] },
  { licence: "Unlicense", has: ["this is free and unencumbered software released into"] },
  { licence: "CC0-1.0", has: ["cc0 1 0 universal"] },
  { licence: "CC-BY-3.0", has: ["creative commons attribution 3 0"] },
  { licence: "CC-BY-4.0", has: ["creative commons attribution 4 0 international"] },
  { licence: "Python-2.0", has: ["python software foundation license version 2"] },
  { licence: "BlueOak-1.0.0", has: ["blue oak model license"] },
  { licence: "BSL-1.0", has: ["boost software license version 1 0"] },
  { licence: "Artistic-2.0", has: ["the artistic license 2 0"] },
  { licence: "Zlib", has: ["altered source versions must be plainly marked"] },
  { licence: "WTFPL", has: ["do what the fuck you want to public license"] },
];

/**
 * Recognises the text of a licence by phrases that no other has. A file may hold several: all are
 * named, in alphabetical order.
 */
export function recogniseLicence(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  const found = traits.filter(
    ({ has, lacks = [] }) =>
      has.every((phrase) => words.includes(phrase)) &&
      !lacks.some((phrase) => words.includes(phrase)),
  );
  if (found.length === 0) return UNRECOGNISED;
  return found
    .map(({ licence }) => licence)
    .sort()
    .join(" AND ");
}
