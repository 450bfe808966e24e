/** Messages by field name, as Kodosumi refuses a form; `_global_` are about the whole of it. */
export type FormErrors = { [field: string]: string[] };
