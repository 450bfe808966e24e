import { hit } from './profile.ts';
import { NAMED } from './match.ts';
import { isPlain, termsOf } from './phrases.ts';
import { wordAt, type Scene } from './scene.ts';
import { taskOf } from './tasks.ts';

/** "no charts", "do not book": services that a negated clause names are not used at all. */
export function rulesOut(scene: Scene): void {
  for (const clause of scene.reading.clauses.filter(
    ({ isNegated, mood }) => isNegated && mood !== 'statement',
  )) {
    const task = taskOf(scene.reading, clause);
    for (const index of termsOf(scene, task).filter((one) => !isPlain(scene, one)))
      for (const profile of scene.profiles)
        if (hit(wordAt(scene, index).norm, profile) >= NAMED) scene.excluded.add(profile.service.id);
    scene.account.take(task.words, { as: 'excluded' });
  }
}
