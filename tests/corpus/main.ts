import { HALVES, scoreHalf } from './halves.ts';
import { failuresOf, tableOf } from './print.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const args = process.argv.slice(2);
const chosen = HALVES.filter((half) => args.includes(half));
for (const half of chosen.length === 0 ? HALVES : chosen) {
  const { sample, invented } = await scoreHalf(half);
  print(tableOf(`${half} set`, sample));
  print(tableOf(`${half} set, invented services`, invented));
  // The counts alone tell nobody what the sentences are.
  if (!args.includes('--counts')) print(failuresOf([...sample, ...invented]));
}
