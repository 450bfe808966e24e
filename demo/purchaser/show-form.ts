import type { MipField } from '../../schemas/families/masumi/fields.ts';
import type { Screen } from '../screen.ts';
import { formRows, formTexts } from './form.ts';

export function showForm(screen: Screen, fields: readonly MipField[]): void {
  for (const text of formTexts(fields)) screen.detail(text);
  screen.table(formRows(fields));
}
