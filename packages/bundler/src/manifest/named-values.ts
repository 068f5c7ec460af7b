import type {
  AnyNode,
  CallExpression,
  Expression,
  Function as FunctionNode,
  Node,
  Program,
} from "acorn";
import type { ExportKind } from "./manifest.js";

/** Anything that may stand for a value; `undefined` is a value of which nothing is known. */
type Value = AnyNode | undefined;

/** Assignments to a member, such as `exports.name = value`. */
export interface MemberAssignment {
  readonly target: AnyNode;
  readonly value: Expression;
}

/** Every value that the names of a program's outermost scope are given, and so what they can be. */
export class NamedValues {
  /** In the order of the source. */
  readonly memberAssignments: MemberAssignment[] = [];
  /** Whether a kind was asked for that only the code of an import could tell. */
  reliesOnImports = false;
  private readonly imported = new Set<string>();
  private readonly values = new Map<string, Value[]>();
  private readonly resolving = new Set<string>();

  constructor(program: Program) {
    for (const statement of program.body) this.declare(statement);
    for (const node of nodesOf(program)) this.assign(node);
  }

  /** The kind of whatever a name holds; `"unknown"` when it may hold several kinds. */
  kindOfName(name: string): ExportKind {
    const values = this.values.get(name);
    if (this.imported.has(name)) this.reliesOnImports = true;
    if (values === undefined) return name === "undefined" ? "value" : "unknown";
    // `const a = b, b = a`
    if (this.resolving.has(name)) return "unknown";
    this.resolving.add(name);
    const kind = agreed(values.map((value) => this.kindOf(value)));
    this.resolving.delete(name);
    return kind;
  }

  /** The one value that a name is ever given, if there is one. */
  onlyValue(name: string): Value {
    const values = this.values.get(name);
    return values?.length === 1 ? values[0] : undefined;
  }

  /** The kind of an expression or a declaration. */
  kindOf(node: Value): ExportKind {
    if (node === undefined) return "unknown";
    if (plainValues.has(node.type)) return "value";
    if (isFunction(node)) return functionKind(node);
    if (node.type === "ClassDeclaration" || node.type === "ClassExpression") return "class";
    if (node.type === "Identifier") return this.kindOfName(node.name);
    if (node.type === "SequenceExpression") return this.kindOf(node.expressions.at(-1));
    if (node.type === "ConditionalExpression")
      return this.kindOfEither(node.consequent, node.alternate);
    if (node.type === "LogicalExpression") return this.kindOfEither(node.left, node.right);
    if (node.type === "AssignmentExpression" && node.operator === "=")
      return this.kindOf(node.right);
    if (node.type === "CallExpression") return this.kindOfCall(node);
    return "unknown";
  }

  private kindOfEither(left: AnyNode, right: AnyNode): ExportKind {
    return agreed([this.kindOf(left), this.kindOf(right)]);
  }

  /** The two calls that esbuild itself writes; of any other, the result is not known. */
  private kindOfCall({ callee, arguments: [first] }: CallExpression): ExportKind {
    // `keepNames`: `__name(() => {}, "f")`.
    if (callee.type === "Identifier" && callee.name === "__name") return this.kindOf(first);
    // A TypeScript enum: `((Color) => { ... })(Color || {})`.
    const isEnum =
      callee.type === "ArrowFunctionExpression" &&
      first?.type === "LogicalExpression" &&
      first.right.type === "ObjectExpression";
    return isEnum ? "value" : "unknown";
  }

  private declare(statement: AnyNode): void {
    if (statement.type === "VariableDeclaration") {
      for (const { id, init } of statement.declarations) {
        if (id.type !== "Identifier") for (const name of namesIn(id)) this.give(name, undefined);
        else if (init) this.give(id.name, init);
        // `var name;` gives nothing yet, but makes the name one of this scope.
        else if (!this.values.has(id.name)) this.values.set(id.name, []);
      }
    } else if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") {
      if (statement.id) this.give(statement.id.name, statement);
    } else if (statement.type === "ImportDeclaration") {
      for (const { local } of statement.specifiers) this.imported.add(local.name);
    } else if (statement.type === "ExportNamedDeclaration" && statement.declaration) {
      this.declare(statement.declaration);
    }
  }

  private assign(node: AnyNode): void {
    if (node.type === "AssignmentExpression") {
      if (node.left.type === "MemberExpression") {
        if (node.operator === "=")
          this.memberAssignments.push({ target: node.left, value: node.right });
      } else if (node.left.type === "Identifier") {
        this.reassign(node.left.name, node.operator === "=" ? node.right : undefined);
      } else {
        for (const name of namesIn(node.left)) this.reassign(name, undefined);
      }
    } else if (node.type === "UpdateExpression" && node.argument.type === "Identifier") {
      this.reassign(node.argument.name, undefined);
    } else if (node.type === "ForOfStatement" || node.type === "ForInStatement") {
      if (node.left.type !== "VariableDeclaration") {
        for (const name of namesIn(node.left)) this.reassign(name, undefined);
      }
    }
  }

  private reassign(name: string, value: Value): void {
    if (this.values.has(name)) this.give(name, value);
  }

  private give(name: string, value: Value): void {
    const values = this.values.get(name);
    if (values === undefined) this.values.set(name, [value]);
    else values.push(value);
  }
}

/** Expressions that are never a function, whatever is in them. */
const plainValues: ReadonlySet<AnyNode["type"]> = new Set([
  "ArrayExpression",
  "BinaryExpression",
  "Literal",
  "ObjectExpression",
  "TemplateLiteral",
  "UnaryExpression",
]);

function isFunction(node: AnyNode): node is AnyNode & FunctionNode {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}

function functionKind({ async, generator }: FunctionNode): ExportKind {
  if (generator) return async ? "async-generator" : "generator";
  return async ? "async" : "function";
}

function agreed(kinds: readonly ExportKind[]): ExportKind {
  const [first = "unknown"] = kinds;
  return kinds.every((kind) => kind === first) ? first : "unknown";
}

/** Every identifier in a pattern. Defaults and keys are among them: that errs towards "unknown". */
function namesIn(pattern: Node): string[] {
  return [...nodesOf(pattern)].flatMap((node) => (node.type === "Identifier" ? [node.name] : []));
}

/** Every node below one, itself included; without recursion, since code can be nested very deeply. */
function* nodesOf(root: Node): Generator<AnyNode> {
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const next = pending.pop();
    if (Array.isArray(next)) {
      for (let index = next.length - 1; index >= 0; index -= 1) pending.push(next[index]);
    } else if (isNode(next)) {
      yield next as AnyNode;
      const children = Object.values(next);
      for (let index = children.length - 1; index >= 0; index -= 1) {
        if (typeof children[index] === "object") pending.push(children[index]);
      }
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}
