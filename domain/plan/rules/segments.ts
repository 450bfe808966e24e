import { localOf } from './local-words.ts';
import { allowed, headOf, NAMED } from './match.ts';
import { hit } from './profile.ts';
import { wordAt, type Scene, type Task } from './scene.ts';
import { symbolsIn } from './symbols.ts';

/** "statistics and a chart": a piece after "and" or a comma that names another service is a task of its own. */
export function splitTask(scene: Scene, task: Task): Task[] {
  const pieces = piecesOf(scene, task);
  const tasks: Task[] = [];
  for (const piece of pieces) {
    const before = tasks.at(-1);
    if (before !== undefined && !isOther(scene, before, piece)) tasks[tasks.length - 1] = join(before, piece);
    else tasks.push(piece);
  }
  return tasks;
}

const join = (a: Task, b: Task): Task => ({
  ...a,
  words: [...a.words, ...b.words],
  mentions: [...a.mentions, ...b.mentions],
});

function piecesOf(scene: Scene, task: Task): Task[] {
  if (task.words.length === 0) return [task];
  const pieces: number[][] = [[]];
  for (const index of task.words) {
    const last = pieces.at(-1)!.at(-1);
    if ((isAnd(scene, index) || isAfterComma(scene, last, index)) && pieces.at(-1)!.length > 0)
      pieces.push([]);
    pieces.at(-1)!.push(index);
  }
  const starts = pieces.map((words) => wordAt(scene, words[0]!).span[0]);
  return pieces.map((words, place) => ({
    ...task,
    words,
    mentions: task.mentions.filter(({ span }) => {
      const from = place === 0 ? -1 : starts[place]!;
      return span[0] >= from && span[0] < (starts[place + 1] ?? Infinity);
    }),
  }));
}

const AND = /^(?:and|plus|also|as well as|along with|together with)\b/u;

const isAnd = ({ reading }: Scene, index: number): boolean =>
  AND.test(
    reading.words
      .slice(index, index + 3)
      .map(({ norm }) => norm)
      .join(' '),
  );

const isAfterComma = ({ reading }: Scene, last: number | undefined, index: number): boolean =>
  last !== undefined &&
  /[,;&]/.test(reading.text.slice(reading.words[last]!.span[1], reading.words[index]!.span[0]));

/** True when the piece is named for a service that the task before it is not. */
function isOther(scene: Scene, before: Task, piece: Task): boolean {
  const [first, second] = [headOf(scene, before), headOf(scene, piece)];
  if (second.kind !== 'word') return false;
  const word = wordAt(scene, second.at).norm;
  if (first.kind !== 'word')
    // "BTC and ADA prices" are prices of both.
    return !(namesAsset(scene, before) && namesAsset(scene, piece)) && isNamed(scene, word);
  const other = wordAt(scene, first.at).norm;
  if (localOf(other) !== undefined) return false;
  const named = allowed(scene).filter((profile) => hit(word, profile) >= NAMED);
  if (named.length === 0) return false;
  return (
    !named.some((profile) => hit(other, profile) >= NAMED) ||
    (isWhole(scene, before) && isWhole(scene, piece))
  );
}

const isNamed = (scene: Scene, word: string): boolean =>
  allowed(scene).some((profile) => hit(word, profile) >= 1);

const namesAsset = (scene: Scene, task: Task): boolean => symbolsIn(scene, task, undefined).length > 0;

/** "SOL prices for seven days, ETH prices for nine": each has an asset and a time of its own. */
const isWhole = (scene: Scene, task: Task): boolean =>
  namesAsset(scene, task) && task.mentions.some(({ kind }) => kind === 'duration');
