import { storableText } from './storable.ts';

/**
 * Characters that are not seen themselves and may change how the text around them looks: marks and overrides of direction,
 * joiners and spaces without width, fillers, variation selectors, tags (Unicode TR 36), and marks of annotations.
 */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\ufff9-\ufffb]/gu;

/** Line ends, other controls and runs of spaces. */
const GAPS = /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]+/gu;

/**
 * A stranger's text as one line of what it seems to say: nothing unseen in it, and no angle brackets, so that it opens or
 * closes no element for whoever reads it, a browser or a model.
 */
export const plainText = (text: string): string =>
  storableText(text)
    .replaceAll(UNSEEN, '')
    .replaceAll(GAPS, ' ')
    .replaceAll('<', '\u2039')
    .replaceAll('>', '\u203a')
    .trim();

/** JSON as it is written down for a model: what is not seen is gone, and no bracket opens or closes an element. */
export const plainJson = (json: string): string =>
  json.replaceAll(UNSEEN, '').replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');

/** Plain text that Markdown shows as it is. */
export const plainMarkdown = (text: string): string =>
  plainText(text).replaceAll(/[\\`*_{}[\]()#!|~]/g, String.raw`\$&`);
