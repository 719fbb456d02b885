/** What a diagnostic is called, by its name. */
import { diagnostics } from '../../diagnostics/catalogue.ts';
import { entryNamed } from '../../numerics/parameters.ts';
import type { Language } from '../state.ts';
import { type Told, told } from './catalogue-words.ts';

export const diagnosticWords = (language: Language, name: string): Told =>
  told(language, 'diagnostics', entryNamed('diagnostic', diagnostics, name));
