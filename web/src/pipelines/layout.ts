/**
 * Where the stages of a pipeline stand when it is drawn: in layers, each behind all that it needs, and within a layer
 * near to what it hangs on, so that few lines cross (the method of Sugiyama, Tagawa and Toda, 1981: layers by longest
 * path, lines over several layers by way of stand-ins, order by barycentres). Lengths are in pixels; `along` is the
 * way in which the pipeline goes, `across` the other one.
 */

export interface Node {
  name: string;
  needs: readonly string[];
}

interface Size {
  /** Of a node. */
  along: number;
  across: number;
  /** Between layers, and between nodes of one. */
  alongGap: number;
  acrossGap: number;
}

export interface Place {
  name: string;
  layer: number;
  along: number;
  across: number;
}

export interface Line {
  from: string;
  to: string;
  /** Where it goes by, its ends included. */
  points: readonly (readonly [along: number, across: number])[];
}

export interface Layout {
  places: readonly Place[];
  lines: readonly Line[];
  along: number;
  across: number;
}

interface Slot {
  /** None for what only holds a line's way free. */
  name: string | null;
  before: Slot[];
  after: Slot[];
  layer: number;
  across: number;
}

const SWEEPS = 6;
/** Of a node's room, what a line that goes by takes. */
const STAND_IN = 0.4;

export function layOut(nodes: readonly Node[], size: Size): Layout {
  const layers = layersOf(nodes);
  const slots = new Map<string, Slot>();
  const columns: Slot[][] = [];
  const put = (name: string | null, layer: number): Slot => {
    const slot: Slot = { name, before: [], after: [], layer, across: 0 };
    columns[layer] = [...(columns[layer] ?? []), slot];
    return slot;
  };
  for (const { name } of nodes) slots.set(name, put(name, layers.get(name) ?? 0));
  const ways = edgesOf(nodes, layers).map(([from, to]) => wayBetween(slots.get(from), slots.get(to), put));

  order(columns);
  const across = spread(columns, size);
  const alongOf = (slot: Slot) => slot.layer * (size.along + size.alongGap);
  return {
    places: nodes.flatMap(({ name }) => {
      const slot = slots.get(name);
      return slot ? [{ name, layer: slot.layer, along: alongOf(slot), across: slot.across }] : [];
    }),
    lines: ways.flatMap((way) => {
      const [first, last] = [way[0], way.at(-1)];
      if (!first?.name || !last?.name) return [];
      const middle = (slot: Slot) => slot.across + acrossOf(slot, size) / 2;
      const points = way.flatMap((slot): [number, number][] => {
        const [from, to] = [alongOf(slot), alongOf(slot) + size.along];
        if (slot === first) return [[to, middle(slot)]];
        if (slot === last) return [[from, middle(slot)]];
        return [
          [from, middle(slot)],
          [to, middle(slot)],
        ];
      });
      return [{ from: first.name, to: last.name, points }];
    }),
    along: columns.length * (size.along + size.alongGap) - size.alongGap,
    across,
  };
}

/** The longest way to each from one that needs nothing. A circle, which no server runs, is cut where it closes. */
function layersOf(nodes: readonly Node[]): Map<string, number> {
  const named = new Map(nodes.map((node) => [node.name, node]));
  const layers = new Map<string, number>();
  const under = new Set<string>();
  const layerOf = (name: string): number => {
    const known = layers.get(name);
    if (known !== undefined) return known;
    under.add(name);
    let layer = 0;
    for (const need of named.get(name)?.needs ?? [])
      if (named.has(need) && !under.has(need)) layer = Math.max(layer, layerOf(need) + 1);
    under.delete(name);
    layers.set(name, layer);
    return layer;
  };
  for (const { name } of nodes) layerOf(name);
  return layers;
}

function edgesOf(nodes: readonly Node[], layers: ReadonlyMap<string, number>): [from: string, to: string][] {
  return nodes.flatMap(({ name, needs }) =>
    [...new Set(needs)]
      .filter((need) => (layers.get(need) ?? Number.POSITIVE_INFINITY) < (layers.get(name) ?? 0))
      .map((need): [string, string] => [need, name]),
  );
}

function wayBetween(
  from: Slot | undefined,
  to: Slot | undefined,
  put: (name: null, layer: number) => Slot,
): Slot[] {
  if (!from || !to) return [];
  const way = [from];
  for (let layer = from.layer + 1; layer < to.layer; layer += 1) way.push(put(null, layer));
  way.push(to);
  way.forEach((slot, index) => {
    const next = way[index + 1];
    if (!next) return;
    slot.after.push(next);
    next.before.push(slot);
  });
  return way;
}

/** Orders each layer by where those hang that its slots hang on: forth, back, and so on. */
function order(columns: Slot[][]): void {
  const ranks = new Map<Slot, number>();
  const rank = (column: Slot[]) => {
    for (const [index, slot] of column.entries()) ranks.set(slot, index);
  };
  columns.forEach(rank);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forth = sweep % 2 === 0;
    for (const column of forth ? columns : [...columns].reverse()) {
      const wish = new Map(
        column.map((slot) => [slot, meanOf(forth ? slot.before : slot.after, ranks) ?? ranks.get(slot) ?? 0]),
      );
      column.sort((left, right) => (wish.get(left) ?? 0) - (wish.get(right) ?? 0));
      rank(column);
    }
  }
}

/** Gives each its place across, every layer in the middle. Returns how much room all of them take. */
function spread(columns: Slot[][], size: Size): number {
  const rooms = columns.map((column) => roomOf(column, size));
  const across = Math.max(0, ...rooms);
  columns.forEach((column, index) => {
    let next = (across - (rooms[index] ?? 0)) / 2;
    for (const slot of column) {
      slot.across = next;
      next += acrossOf(slot, size) + size.acrossGap;
    }
  });
  return across;
}

function roomOf(column: readonly Slot[], size: Size): number {
  return column.reduce((sum, slot) => sum + acrossOf(slot, size), 0) + (column.length - 1) * size.acrossGap;
}

function acrossOf(slot: Slot, size: Size): number {
  return slot.name === null ? size.across * STAND_IN : size.across;
}

function meanOf(slots: readonly Slot[], ranks: ReadonlyMap<Slot, number>): number | null {
  if (slots.length === 0) return null;
  return slots.reduce((sum, slot) => sum + (ranks.get(slot) ?? 0), 0) / slots.length;
}
