import { StewardError } from '../../sdk/index.ts';
import { askAll, questionLines } from './questions.ts';
import type { Settled, Task } from './task.ts';
import { understandingLines } from './show-understanding.ts';
import { inWords, plain } from './words.ts';

/** Answers what the run asks, unless somebody else has done so meanwhile. */
export async function answerQuestions(
  task: Task,
  id: string,
  question: string | undefined,
): Promise<Settled> {
  const { client, wish, ask, report } = task;
  const { status, awaitingInput, understanding } = await client.getWorkflow(id);
  if (status !== 'awaiting_input' || awaitingInput?.id !== question || awaitingInput === undefined)
    return 'answered';
  const say = (line: string): void => report.say(line);
  understandingLines(understanding).forEach(say);
  say(`To go on it must know, until ${awaitingInput.expiresAt}:`);
  if (!wish.ask) {
    awaitingInput.questions.flatMap((one) => questionLines(one)).forEach(say);
    return 'unanswered';
  }
  for (;;) {
    const data = await askAll(awaitingInput.questions, ask, say);
    if (data === undefined) return 'unanswered';
    try {
      await client.answer(id, data, awaitingInput.id);
      return 'answered';
    } catch (error) {
      if (!(error instanceof StewardError) || error.status >= 500) throw error;
      refusalLines(error).forEach(say);
      if (error.code !== 'invalid_input') return 'answered';
    }
  }
}

/** A refusal in words, with what is wrong by field. */
export function refusalLines({ message, problem }: StewardError): string[] {
  const details = Array.isArray(problem.details) ? problem.details : [];
  return [
    plain(message),
    ...details.map((detail) => `  ${inWords(detail.path)}: ${inWords(detail.message)}`),
  ];
}
