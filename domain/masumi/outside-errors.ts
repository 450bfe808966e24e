import { OutsideError } from '../outside-error.ts';

export class KodosumiError extends OutsideError {
  override readonly name = 'KodosumiError';
}

export class MasumiNodeError extends OutsideError {
  override readonly name = 'MasumiNodeError';
}
