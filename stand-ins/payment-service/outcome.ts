/** The result of a call: data for a 200, or a refusal with its status and words. */
export type Outcome<Data = object> = { data: Data } | Refusal;

export interface Refusal {
  refused: number;
  message: string;
  /** Members beside the envelope, where the real service adds some. */
  more?: object;
}

export const refuse = (refused: number, message: string, more?: object): Refusal => ({
  refused,
  message,
  ...(more && { more }),
});
