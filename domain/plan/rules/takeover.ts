import { covers } from '../understanding/spans.ts';
import type { Json } from '../../../schemas/core/json.ts';
import type { Mention } from '../understanding/reading.ts';
import type { Call } from './call.ts';
import { beginsPurpose, isSoft } from './lexicon.ts';
import { isPlain } from './phrases.ts';
import { hit, type Profile } from './profile.ts';
import { isIn } from './words.ts';
import { wordAt, wordsWithin, type Scene, type Task } from './scene.ts';

/** Notes what the words of a task became: values of params, and the task itself. Without a step it is asked about. */
export function takeTask(
  scene: Scene,
  task: Task,
  step: string | undefined,
  calls: readonly Call[],
  profiles: readonly Profile[],
): void {
  const { account } = scene;
  const at = step === undefined ? {} : { step };
  for (const { reads } of calls)
    for (const { field, read } of reads)
      account.take(read.words, { as: 'value', field, value: read.value, ...at }, read.mention);
  for (const { feed } of calls)
    if (feed.kind === 'literal')
      for (const mention of task.mentions)
        if (isWorkedOn(mention, feed.value))
          account.take(
            wordsWithin(scene, mention.span, task.words),
            { as: 'value', field: feed.param, ...at },
            mention,
          );
  const words = task.words.filter((index) => {
    const { norm } = wordAt(scene, index);
    return isSoft(norm) || isPlain(scene, index) || profiles.some((profile) => isAbout(norm, profile));
  });
  account.take(words, { as: 'task', ...at });
}

/** "USD or GBP": a choice that no param has is not what the service is about. */
const isAbout = (word: string, profile: Profile): boolean =>
  hit(word, profile) > 0 &&
  (isIn(word, profile.strong) || isIn(word, profile.told) || !isChoice(word, profile));

const isChoice = (word: string, { fields = [] }: Profile): boolean =>
  fields.some(({ schema }) => {
    const values = schema['enum'];
    return (
      Array.isArray(values) && values.some((one) => typeof one === 'string' && one.toLowerCase() === word)
    );
  });

/** A number beside a text is none of it. */
const isWorkedOn = (mention: Mention, value: Json): boolean =>
  Array.isArray(value) ? mention.kind === 'number' : mention.kind === 'quote';

/** What a quoted text is called. */
const QUOTED = new Set(
  'mail email letter tweet comment essay story speech poem note quote message'.split(' '),
);

/** "for a penny" tells no purpose. */
const MONEY = new Set(
  'penny pennies nickel dime buck bucks cent cents dollar dollars euro euros pound pounds money'.split(' '),
);

/** Who comes along where something is booked: "for me and my wife". */
const COMPANY = new Set(
  'wife husband partner girlfriend boyfriend kids kid children child son daughter baby family dog cat'.split(
    ' ',
  ),
);

/** A number bounds what is wanted: "for two people", "for March 2027" and "for a penny" are no purposes. */
function bounds(scene: Scene, { mentions }: Task, index: number): boolean {
  const { norm, kind, span } = wordAt(scene, index);
  return (
    kind === 'number' ||
    /\d/u.test(norm) ||
    MONEY.has(norm) ||
    mentions.some((mention) => covers(mention.span, span))
  );
}

/** Words of a task that no service used for it is about, and that are no purpose: they change what is wanted. */
export function leftoversOf(scene: Scene, task: Task, profiles: readonly Profile[]): number[] {
  const hasQuote = task.mentions.some(({ kind }) => kind === 'quote');
  const left: number[] = [];
  let isPurpose = false;
  for (const index of task.words) {
    const { norm } = wordAt(scene, index);
    if (beginsPurpose(norm)) isPurpose = true;
    const isExplained =
      isSoft(norm) ||
      (hasQuote && QUOTED.has(norm)) ||
      isPlain(scene, index) ||
      profiles.some((profile) => isAbout(norm, profile));
    if (scene.account.isTaken(index) || isExplained) {
      if (!isSoft(norm)) isPurpose = false;
      continue;
    }
    const isGuest = COMPANY.has(norm) && profiles[0]?.service.compensation !== undefined;
    if (isPurpose && !isGuest && !bounds(scene, task, index)) scene.account.take([index], { as: 'context' });
    else left.push(index);
  }
  return left;
}
