import type { CommentSyntax, Language } from "./language.js";

/** Lines of a file. Those neither blank nor comment are code, or text. */
export interface LineCounts {
  lines: number;
  blank: number;
  comment: number;
}

/** What a line is, and whether a block comment is open at its end. */
type Kind = "text" | "comment" | "comment, open";

/**
 * Counts lines by a rule that needs no parser: a line is a comment if it begins with one, or lies in a
 * block comment that began at the start of a line, and has nothing else on it. So a `//` within a
 * string is never taken for a comment, and a comment behind code counts as code.
 *
 * @param onProse - is given the lines that people are meant to read: those of a document outside
 * its blocks of code, or comments.
 */
export function countLines(
  text: string,
  { comments, prose }: Language,
  onProse: (line: string) => void,
): LineCounts {
  const counts = { lines: 0, blank: 0, comment: 0 };
  let open = false;
  let fenced = false;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trim();
    start = end + 1;
    counts.lines++;
    if (line === "") {
      counts.blank++;
    } else if (prose) {
      if (line.startsWith("```") || line.startsWith("~~~")) fenced = !fenced;
      else if (!fenced) onProse(line);
    } else {
      const kind: Kind = open ? insideBlock(line, 0, comments) : kindOf(line, comments);
      open = kind === "comment, open";
      if (kind === "text") continue;
      counts.comment++;
      onProse(line);
    }
  }
  return counts;
}

function kindOf(line: string, comments: CommentSyntax): Kind {
  if (comments.line.some((mark) => line.startsWith(mark))) return "comment";
  const { block } = comments;
  if (block === undefined || !line.startsWith(block[0])) return "text";
  return insideBlock(line, block[0].length, comments);
}

/** The kind of a line that is in a block comment from `start` on. */
function insideBlock(line: string, start: number, comments: CommentSyntax): Kind {
  const mark = comments.block?.[1] ?? "";
  const end = line.indexOf(mark, start);
  if (end === -1) return "comment, open";
  const rest = line.slice(end + mark.length).trimStart();
  return rest === "" ? "comment" : kindOf(rest, comments);
}
