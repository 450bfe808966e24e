import { positions } from '../understanding/spans.ts';
import { hit } from './profile.ts';
import { NAMED } from './match.ts';
import { isPlain, termsOf } from './phrases.ts';
import { isPreposition } from './phrases.ts';
import { wordAt, type Scene } from './scene.ts';
import { taskOf } from './tasks.ts';

/** "no charts", "do not book": services that a negated clause names are not used at all. */
export function rulesOut(scene: Scene): void {
  for (const clause of scene.reading.clauses.filter(
    ({ isNegated, mood }) => isNegated && mood !== 'statement',
  )) {
    const task = taskOf(scene.reading, clause);
    exclude(scene, termsOf(scene, task));
    scene.account.take(task.words, { as: 'excluded' });
  }
  for (const words of contrastsOf(scene)) {
    exclude(scene, termsOf(scene, { words }));
    scene.account.take(words, { as: 'excluded' });
  }
}

function exclude(scene: Scene, terms: readonly number[]): void {
  for (const index of terms.filter((one) => !isPlain(scene, one)))
    for (const profile of scene.profiles)
      if (hit(wordAt(scene, index).norm, profile) >= NAMED) scene.excluded.add(profile.service.id);
}

const CONTRASTS = [
  'instead of',
  'rather than',
  'everything except',
  'everything but',
  'all but',
  'except',
  'other than',
  'not',
];

/** "instead of a chart", "rather than a report", "everything but a forecast": the phrase up to the next comma, verb or preposition. */
function contrastsOf(scene: Scene): number[][] {
  const { clauses, words, text } = scene.reading;
  const found: number[][] = [];
  for (const { from, to, isNegated, mood } of clauses) {
    if (isNegated || mood === 'statement' || mood === 'condition') continue;
    for (let at = from; at < to; at++) {
      const said = CONTRASTS.find((one) =>
        one.split(' ').every((word, place) => at + place < to && words[at + place]!.norm === word),
      );
      if (said === undefined) continue;
      const start = at + said.split(' ').length;
      let end = start;
      while (
        end < to &&
        !isPreposition(words[end]!.norm) &&
        !(end > start && /[,;:.]/.test(text.slice(words[end - 1]!.span[1], words[end]!.span[0])))
      )
        end++;
      if (end > start) found.push(positions(at, end));
      at = end;
    }
  }
  return found;
}
