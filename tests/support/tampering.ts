type Tree = { [key: string]: Tree } | Tree[] | string | number | boolean | null;

/** One way to change a document, and the document changed so. */
export interface Tampered {
  how: string;
  text: string;
}

/**
 * Every small change of a JSON document: each leaf changed in a few ways and taken away, something added to each object
 * and each array, each array in another order or cut short.
 */
export function* tamperings(text: string): Generator<Tampered> {
  const whole = JSON.parse(text) as Tree;
  for (const path of pathsOf(whole, []))
    for (const [how, change] of changesOf(at(whole, path))) {
      const copy = JSON.parse(text) as Tree;
      const changed = apply(copy, path, change);
      yield { how: `${path.join('.') || 'the whole'} ${how}`, text: JSON.stringify(changed) };
    }
}

type Change = (value: Tree) => Tree | typeof GONE;

const GONE = Symbol('gone');

function* pathsOf(value: Tree, path: string[]): Generator<string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, [...path, key]);
}

const at = (value: Tree, path: readonly string[]): Tree =>
  path.reduce<Tree>((inner, key) => (inner as { [key: string]: Tree })[key]!, value);

function changesOf(value: Tree): [string, Change][] {
  const always: [string, Change][] = [['taken away', () => GONE]];
  if (Array.isArray(value))
    return [
      ...always,
      ['with one more', () => [...value, value.at(-1) ?? {}]],
      ['emptied', () => (value.length === 0 ? [null] : [])],
      ...value.map((_item, index): [string, Change] => [
        `without ${index}`,
        () => value.filter((_one, other) => other !== index),
      ]),
      ...value
        .slice(1)
        .flatMap((item, index): [string, Change][] =>
          JSON.stringify(item) === JSON.stringify(value[index])
            ? []
            : [
                [
                  `with ${index} and ${index + 1} swapped`,
                  () => value.with(index, item).with(index + 1, value[index]!),
                ],
              ],
        ),
    ];
  if (typeof value === 'object' && value !== null)
    return [
      ...always,
      ['with another key', () => ({ ...value, added: true })],
      [
        'with a key __proto__',
        () => JSON.parse(`{"__proto__":1,${JSON.stringify(value).slice(1)}`.replace(',}', '}')) as Tree,
      ],
    ];
  return [
    ...always,
    ...leafChanges(value).map((other): [string, Change] => [`as ${JSON.stringify(other)}`, () => other]),
  ];
}

function leafChanges(value: string | number | boolean | null): Tree[] {
  if (value === null) return ['', 0, {}];
  if (typeof value === 'boolean') return [!value, null];
  if (typeof value === 'number') return [value + 1, -value - 1, String(value)];
  const last = value.at(-1) ?? '';
  const next = last === '' ? 'x' : String.fromCharCode(last.charCodeAt(0) + 1);
  const letters = [0, Math.floor(value.length / 2), value.replace(/=+$/, '').length - 1];
  const others = letters
    .filter((index) => index >= 0 && index < value.length)
    .map((index) => otherLetter(value, index));
  return [value.slice(0, -1) + next, `${value} `, `${value}0`, value === '' ? 'y' : '', null, ...others];
}

/** Hex stays hex and base64 stays base64, so that not only their form is judged. */
const otherLetter = (text: string, index: number): string =>
  text.slice(0, index) + (text[index] === 'b' ? 'a' : 'b') + text.slice(index + 1);

function apply(whole: Tree, path: readonly string[], change: Change): Tree | undefined {
  const changed = change(at(whole, path));
  const key = path.at(-1);
  if (key === undefined) return changed === GONE ? undefined : changed;
  const parent = at(whole, path.slice(0, -1)) as { [key: string]: Tree };
  if (changed !== GONE) parent[key] = changed;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return whole;
}
