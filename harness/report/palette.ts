/**
 * One colour and one dash for each architecture, the same in every chart and table. Hues follow Okabe and Ito's set
 * for colour-blind readers, darkened for a white ground and lightened for a black one; the dash tells lines apart
 * where the hue does not.
 */

export interface Ink {
  light: string;
  dark: string;
  dash: number[];
}

const known: Record<string, Ink> = {
  batch: { light: '#6b7280', dark: '#a3acb9', dash: [8, 4] },
  alpha: { light: '#d55e00', dark: '#ff8f45', dash: [] },
  lambda: { light: '#b4508a', dark: '#eb9fca', dash: [8, 3, 2, 3] },
  beta: { light: '#2f96dc', dark: '#67c3f7', dash: [5, 3] },
  omega: { light: '#008a66', dark: '#3fd0a2', dash: [2, 3] },
  'omega-prime': { light: '#2542b8', dark: '#93a0ff', dash: [] },
};

/** For architectures of a user's own and for variants. */
const others: Ink[] = [
  { light: '#8a5a2b', dark: '#d6a574', dash: [6, 3] },
  { light: '#00798c', dark: '#5cd3e0', dash: [3, 3] },
  { light: '#7a7400', dark: '#d8d060', dash: [10, 3] },
  { light: '#a3143a', dark: '#ff86a5', dash: [4, 2, 1, 2] },
];

/** The talk's order, from the database that does everything to the processor that does. */
const talkOrder = Object.keys(known);

/** Names in the talk's order, others after them. */
export function inTalkOrder(names: readonly string[]): string[] {
  const rank = (name: string) => (talkOrder.includes(name) ? talkOrder.indexOf(name) : talkOrder.length);
  return [...names].sort((a, b) => rank(a) - rank(b));
}

/** An ink for each name. Beyond the prepared ones the colours repeat. */
export function inksOf(names: readonly string[]): Record<string, Ink> {
  const unknown = names.filter((name) => known[name] === undefined).sort();
  const inkOf = (name: string) => known[name] ?? (others[unknown.indexOf(name) % others.length] as Ink);
  return Object.fromEntries(names.map((name) => [name, inkOf(name)]));
}
