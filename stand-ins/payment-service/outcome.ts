/** What a call comes to: data for a 200, or a refusal with its status and words. */
export type Outcome<Data = object> = { data: Data } | Refusal;

export interface Refusal {
  refused: number;
  message: string;
  /** Beside the envelope, where the real service puts more. */
  more?: object;
}

export const refuse = (refused: number, message: string, more?: object): Refusal => ({
  refused,
  message,
  ...(more && { more }),
});
