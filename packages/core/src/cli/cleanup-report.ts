import type { Plan, PlannedResource, SweepReport } from "@faast/gc";
import { count, formatAge, formatCost, formatSize, sum } from "./figures.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";

const columns = [
  { title: "JOB" },
  { title: "KIND" },
  { title: "ID" },
  { title: "AGE", numeric: true },
  { title: "SIZE", numeric: true },
  { title: "USD/MONTH", numeric: true },
  { title: "WHY" },
];

/** A plan for people: what goes, and in short what stays. */
export function planLines(plan: Plan, terminal: Terminal): string[] {
  const { deletions, kept, now } = plan;
  const lines: string[] = [];
  if (deletions.length === 0) lines.push("There is nothing to delete.");
  else {
    const rows = deletions.map((each) => row(each, now));
    for (const line of table(columns, rows, (text) => terminal.tint("heading", text)))
      lines.push(line);
    const size = sum(deletions.map(({ resource }) => resource.size));
    const total = size === undefined ? "" : `, ${formatSize(size)}`;
    lines.push("", `${count(deletions.length, "resource")} to delete${total}.`);
  }
  const reasons = new Map<string, number>();
  for (const { why } of kept) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  for (const [reason, number] of reasons) {
    lines.push(
      terminal.tint(
        "quiet",
        `${count(number, "resource")} stay${number === 1 ? "s" : ""}: ${reason}.`,
      ),
    );
  }
  return lines;
}

function row({ resource, mark, why }: PlannedResource, now: Date): string[] {
  const { kind, id, size, monthlyCost } = resource;
  const age = mark === undefined ? "" : formatAge(now.getTime() - mark.created.getTime());
  return [mark?.job ?? "-", kind, id, age, formatSize(size), formatCost(monthlyCost), why];
}

/** What a sweep has done, for people. */
export function reportLines(report: SweepReport, terminal: Terminal): string[] {
  const { deleted, skipped, failed } = report;
  return [
    terminal.tint("good", `${count(deleted.length, "resource")} deleted.`),
    ...skipped.map(({ resource, reason }) =>
      terminal.tint("doubtful", `Left: the ${resource.kind} ${resource.id}: ${reason}.`),
    ),
    ...failed.map(({ resource, reason, attempts }) =>
      terminal.tint(
        "bad",
        `Failed after ${count(attempts, "attempt")}: the ${resource.kind} ${resource.id}: ${reason}`,
      ),
    ),
  ];
}
