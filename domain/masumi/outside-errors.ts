import { OutsideError } from '../outside-error.ts';

export class KodosumiError extends OutsideError {
  override readonly name = 'KodosumiError';
}

/** Its answer is larger than anything we take; asking again changes nothing. */
export class KodosumiTooLargeError extends KodosumiError {}

export class MasumiNodeError extends OutsideError {
  override readonly name = 'MasumiNodeError';
}
