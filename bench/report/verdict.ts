/** One promise and what was measured. `ours` are the project's targets, `original` the claims of the original. */
export interface Verdict {
  whose: 'ours' | 'original';
  target: string;
  measured: string;
  met: boolean;
}
