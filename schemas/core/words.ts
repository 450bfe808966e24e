import { z } from 'zod';

/** Words of a person, without the blanks around them: 1 to `longest` characters. What is only blank says nothing. */
export const Words = (longest: number) =>
  z.string().trim().min(1).max(longest).regex(/\S/, 'Must say something.'); // for whoever reads the description: a blank is a character, too
