/** How a result is hashed: as MIP-004 says, or as most purchasers' software does (masumi.md, Amendments). */
export type OutputHashMode = 'mip' | 'escaped';

/** The text that the input hash covers (MIP-004, step 1.2). `jcs` is the RFC 8785 JSON of `input_data` as received. */
export const inputPreimage = (identifier: string, jcs: string): string => `${identifier};${jcs}`;

/**
 * What the output hash is over. MIP-004 takes the result as it is. PyPI masumi today
 * (`create_masumi_output_hash`: `json.dumps(result, ensure_ascii=False)[1:-1]`) and Sokosumi (`hashResult`:
 * `JSON.stringify(result).slice(1, -1)`) hash it JSON-escaped, without the quotes around it: `escaped`. The two agree on
 * every well-formed text, and differ from `mip` where it has quotes, backslashes, line ends or other control characters.
 */
export const outputPreimage = (identifier: string, result: string, mode: OutputHashMode): string =>
  `${identifier};${mode === 'mip' ? result : JSON.stringify(result).slice(1, -1)}`;

/** The answer to a lock, as it is signed. */
export interface LockAnswer {
  input_hash: string;
  job_id: string;
  status_id: string;
}

/** RFC 8785 JSON of an answer, which is what gets signed: keys in order, texts as JSON.stringify writes them. */
export const lockPreimage = ({ input_hash, job_id, status_id }: LockAnswer): string =>
  JSON.stringify({ input_hash, job_id, status_id });
