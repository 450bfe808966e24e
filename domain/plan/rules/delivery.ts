import { leadingVerb, termsOf } from './phrases.ts';
import { wordAt, type Scene, type Task } from './scene.ts';

const DELIVERING = new Set(
  'send email mail post share upload save print publish forward text tweet message store export fax'.split(
    ' ',
  ),
);
const TOWARDS = new Set('to on onto via by at into with'.split(' '));

/** "Post the chart on Twitter": what is to be delivered, and the words of the delivery, which is other work. */
export interface Delivery {
  object: Task;
  words: number[];
}

/** Undefined when the task delivers nothing of its own, as in "email it to me". */
export function deliveryIn(scene: Scene, task: Task): Delivery | undefined {
  const verb = leadingVerb(scene, task);
  if (
    verb === undefined ||
    !(DELIVERING.has(wordAt(scene, verb).root) || DELIVERING.has(wordAt(scene, verb).norm))
  )
    return undefined;
  const after = task.words.filter((index) => index > verb);
  const turn = after.findLast((index) => TOWARDS.has(wordAt(scene, index).norm));
  const object = after.filter((index) => turn === undefined || index < turn);
  if (termsOf(scene, { words: object }).length === 0) return undefined;
  const words = task.words.filter((index) => !object.includes(index));
  const end = turn === undefined ? Infinity : wordAt(scene, turn).span[0];
  return {
    object: { ...task, words: object, mentions: task.mentions.filter(({ span }) => span[0] < end) },
    words,
  };
}
