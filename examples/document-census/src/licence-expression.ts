/** Operators of SPDX licence expressions, the loosest first, and how firmly each binds. */
const binding: Readonly<Record<string, number>> = { OR: 1, AND: 2 };

const identifier = /^[A-Za-z0-9.-]+\+?$/;
const reference = /^(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/;

/** An expression in its regular form, and its loosest operator. */
interface Term {
  readonly text: string;
  readonly operator?: string;
}

/**
 * Puts an SPDX licence expression into a regular form: `(MIT OR Apache-2.0)` and `Apache-2.0 or MIT`
 * become `Apache-2.0 OR MIT`. Whether the licences exist is not asked.
 *
 * @returns undefined if it is no such expression.
 */
export function regularExpression(expression: string): string | undefined {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  const parser = { tokens, next: 0 };
  const term = parseOperands(parser, 1);
  return parser.next === tokens.length ? term?.text : undefined;
}

interface Parser {
  readonly tokens: readonly string[];
  next: number;
}

/** Operands joined by the operator of that binding, sorted, since their order means nothing. */
function parseOperands(parser: Parser, level: number): Term | undefined {
  const operator = Object.keys(binding).find((name) => binding[name] === level);
  if (operator === undefined) return parseLicence(parser);
  const operands = new Set<string>();
  let last: Term | undefined;
  do {
    last = parseOperands(parser, level + 1);
    if (last === undefined) return undefined;
    // Of its own operator, an operand in parentheses needs none: it is one of the list.
    if (last.operator === operator) {
      for (const each of last.text.split(` ${operator} `)) operands.add(each);
    } else {
      operands.add(looser(last, level) ? `(${last.text})` : last.text);
    }
  } while (accept(parser, operator));
  if (operands.size === 1) return last;
  return { text: [...operands].sort().join(` ${operator} `), operator };
}

function looser(term: Term, level: number): boolean {
  return term.operator !== undefined && (binding[term.operator] ?? level) < level;
}

function parseLicence(parser: Parser): Term | undefined {
  if (accept(parser, "(")) {
    const inner = parseOperands(parser, 1);
    return inner !== undefined && accept(parser, ")") ? inner : undefined;
  }
  const licence = parser.tokens[parser.next++];
  if (licence === undefined || !(identifier.test(licence) || reference.test(licence))) {
    return undefined;
  }
  if (!accept(parser, "WITH")) return { text: licence };
  const exception = parser.tokens[parser.next++];
  if (exception === undefined || !identifier.test(exception)) return undefined;
  return { text: `${licence} WITH ${exception}` };
}

function accept(parser: Parser, token: string): boolean {
  if (parser.tokens[parser.next]?.toUpperCase() !== token) return false;
  parser.next++;
  return true;
}
