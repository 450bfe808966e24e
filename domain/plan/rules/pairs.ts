import { allowed } from './match.ts';
import type { Profile } from './profile.ts';
import { textOf, wordAt, type Read, type Scene, type Task } from './scene.ts';
import { symbolsIn, type NamedSymbol } from './symbols.ts';

/** What one asset is worth in another: the service, and which asset is which. */
export interface Pair {
  profile: Profile;
  from: Read;
  to: Read;
  words: number[];
}

/** "What is one bitcoin worth in ether?", "How many USDC do I get for one ETH?": the one service that goes from an asset to another. */
export function pairIn(scene: Scene, task: Task): Pair | undefined {
  if (!task.isQuestion && !/\bworth\b/i.test(textOf(scene, task))) return undefined;
  const [profile, ...others] = allowed(scene).filter(({ fields = [] }) =>
    ['from', 'to'].every((role) => fields.some((field) => field.role === role && field.required)),
  );
  if (profile === undefined || others.length > 0 || task.mentions.some(({ kind }) => kind === 'duration'))
    return undefined;
  const field = profile.fields!.find(({ role }) => role === 'from')!;
  const symbols = symbolsIn(scene, task, scene.choices.get(profile.service.id)?.get(field.name));
  const [first, second] = symbols;
  if (symbols.length !== 2 || !first!.isKnown || !second!.isKnown || first!.value === second!.value)
    return undefined;
  const order = orderOf(scene, task, first!, second!);
  if (order === undefined) return undefined;
  const [from, to] = order;
  return {
    profile,
    from: readOf(from),
    to: readOf(to),
    words: task.words.filter((index) => ASKING.has(wordAt(scene, index).norm)),
  };
}

const ASKING = new Set('worth many much get got receive one 1 a cost costs exchange'.split(' '));
const readOf = ({ value, words }: NamedSymbol): Read => ({ value, words });

/** Which asset is given and which is got; undefined where the words do not say. */
function orderOf(
  scene: Scene,
  task: Task,
  first: NamedSymbol,
  second: NamedSymbol,
): [NamedSymbol, NamedSymbol] | undefined {
  const { reading } = scene;
  const before = reading.text.slice(
    wordAt(scene, task.words[0]!).span[0],
    wordAt(scene, first.words[0]!).span[0],
  );
  const between = reading.text.slice(
    wordAt(scene, first.words.at(-1)!).span[1],
    wordAt(scene, second.words[0]!).span[0],
  );
  if (/\bhow (?:many|much)\s+(?:of\s+)?$/i.test(before) && /\b(?:for|from|per|in|is)\b/i.test(between))
    return [second, first];
  if (/\bin\s+$/i.test(before) && /\bfor\b/i.test(between)) return [second, first];
  return /\b(?:in|to|into)\s+(?:an?\s+)?$/i.test(between) ? [first, second] : undefined;
}
