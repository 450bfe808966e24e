/** Task queues by kind of work, named after the queue the workflow runs on (architecture decision 14). */
export interface TaskQueues {
  engine: string;
  money: string;
  llm: string;
  kodosumi: string;
}

export function taskQueues(base: string): TaskQueues {
  return { engine: base, money: `${base}-money`, llm: `${base}-llm`, kodosumi: `${base}-kodosumi` };
}
