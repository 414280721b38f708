// A person's name stands twice in the league's tables, whole and in two parts: who corrects one is offered the other.

const WHOLE = "player_full_name";
const PARTS = ["player_first_name", "player_last_name"];

const words = (name) => String(name ?? "").trim().split(/\s+/).filter(Boolean);

/** A whole name in two parts; the last name keeps as many words as it had. Null where there are no two. */
function split(whole, lastBefore) {
  const all = words(whole);
  if (all.length < 2) return null;
  const first = Math.max(1, all.length - Math.max(1, words(lastBefore).length));
  return { [PARTS[0]]: all.slice(0, first).join(" "), [PARTS[1]]: all.slice(first).join(" ") };
}

/** What goes with `changes` of a row's `cells`, by column: the parts of a whole name, or the whole of its parts. */
export function nameWith(cells, changes, columns) {
  if (![WHOLE, ...PARTS].every((column) => columns.includes(column))) return {};
  const isChanged = (column) => column in changes;
  const after = (column) => (isChanged(column) ? changes[column] : cells[column]);
  const meant = isChanged(WHOLE) && !PARTS.some(isChanged) ? split(changes[WHOLE], cells[PARTS[1]])
    : !isChanged(WHOLE) && PARTS.some(isChanged) ? { [WHOLE]: PARTS.flatMap((part) => words(after(part))).join(" ") || null } : null;
  return Object.fromEntries(Object.entries(meant ?? {}).filter(([column, value]) => value !== (cells[column] ?? null)));
}
