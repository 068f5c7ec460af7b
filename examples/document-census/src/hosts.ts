/** A host's name after a scheme. Bounded as such names are, so that no text makes the search slow. */
const linked = /https?:\/\/(?:www\.)?([a-z\d](?:[a-z\d-]{0,62}\.){1,8}[a-z]{2,24})\b/gi;

/** Counts the hosts that a text links to. */
export function countHosts(counts: Map<string, number>, text: string): void {
  if (!text.includes("://")) return;
  for (const [, name = ""] of text.matchAll(linked)) {
    const host = name.toLowerCase();
    counts.set(host, (counts.get(host) ?? 0) + 1);
  }
}
