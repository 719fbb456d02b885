/**
 * Patterns of Oniguruma, the regular expressions of a tokenizer.json, as those of JavaScript. What is not
 * surely the same in both is refused by name: back references, conditions, options other than (?i:...).
 */
import { quoted } from '../../numerics/printable.ts';
import { refusal } from './component.ts';

/** What \w takes, outside of brackets and inside. */
const WORD_INSIDE = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}';
const WORD = `[${WORD_INSIDE}\\u00b2\\u00b3\\u00b9\\u00bc-\\u00be]`;

const BOUNDARY = `(?:(?<!${WORD})(?=${WORD})|(?<=${WORD})(?!${WORD}))`;
const NO_BOUNDARY = `(?:(?<!${WORD})(?!${WORD})|(?<=${WORD})(?=${WORD}))`;

/** Sets and characters that a letter stands for behind a backslash. */
const SETS: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  s: '\\p{White_Space}',
  S: '\\P{White_Space}',
  h: '[\\da-fA-F]',
  H: '[^\\da-fA-F]',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  f: '\\f',
  v: '\\v',
  a: '\\x07',
  e: '\\x1b',
};
const OUTSIDE: Readonly<Record<string, string>> = {
  ...SETS,
  w: WORD,
  W: `[^${WORD.slice(1)}`,
  b: BOUNDARY,
  B: NO_BOUNDARY,
  A: '(?<![^])',
  z: '(?![^])',
  Z: '(?=\\n?(?![^]))',
};
const INSIDE: Readonly<Record<string, string>> = {
  ...SETS,
  w: WORD_INSIDE,
  W: `[^${WORD_INSIDE}]`,
};
const ANCHORS: Readonly<Record<string, string>> = {
  '.': '[^\\n]',
  '^': '(?:(?<![^])|(?<=\\n)(?=[^]))',
  $: '(?=\\n|(?![^]))',
};
const POSIX: Readonly<Record<string, string>> = {
  alpha: '\\p{Alphabetic}',
  alnum: '\\p{Alphabetic}\\p{Nd}',
  digit: '\\p{Nd}',
  lower: '\\p{Lowercase}',
  upper: '\\p{Uppercase}',
  space: '\\p{White_Space}',
};

/** General categories, which both name alike; another name is a script's, or nothing that is known. */
const CATEGORY =
  /^(?:C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?|Alphabetic|White_Space)$/;
const QUANTIFIER = /[*+?]|\{\d+(?:,\d*)?\}|\{,\d+\}/uy;
const GROUP = /\((?:\?(?:[:=!>]|<[=!]|i:))?/uy;
const PROPERTY = /\\([pP])\{(\^?)(\w+)\}/uy;
const CODE = /\\(?:x\{([\da-fA-F]{1,6})\}|x([\da-fA-F]{2})|u([\da-fA-F]{4}))/uy;
const LETTER = /\\([a-zA-Z])/uy;
const SIGN = /\\([^\da-zA-Z])/suy;
const POSIX_NAME = /\[:(\^?)([a-z]+):\]/uy;

/** Letters that stand for one that is no ASCII, too, where case is ignored; pairs that fold to one letter. */
const FOLDED: Readonly<Record<string, string>> = { s: '\u017f', k: '\u212a' };
const FOLDED_PAIRS = /ss|st|ff|fi|fl/i;

/** The pattern `source`, global. Throws InputError for what is not translated. */
export function regexPattern(source: string): RegExp {
  const pattern = translated(source);
  try {
    return new RegExp(pattern, 'gv');
  } catch {
    throw refusal(`pattern ${quoted(source)}`, 'it is no regular expression in JavaScript');
  }
}

function translated(source: string): string {
  let at = 0;
  let atomic = 0;
  const refuse = (what: string) =>
    refusal(`pattern ${quoted(source)}`, `${quoted(what)} in it is not translated`);
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    at += found?.[0].length ?? 0;
    return found;
  };
  const next = (): string => {
    const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
    at += character.length;
    return character;
  };
  /** Taken whole or not at all: a lookahead is not entered again. */
  const kept = (inside: string): string => {
    const name = `atomic${++atomic}`;
    return `(?:(?=(?<${name}>${inside}))\\k<${name}>)`;
  };

  function alternatives(folds: boolean): string {
    let result = '';
    while (at < source.length && source[at] !== ')') result += quantified(folds);
    return result;
  }

  function quantified(folds: boolean): string {
    const piece = atom(folds);
    const quantifier = take(QUANTIFIER)?.[0].replace('{,', '{0,');
    if (quantifier === undefined) return piece;
    const braces = quantifier.startsWith('{');
    const mark = source[at];
    // behind a single number it means that all of them may be missing
    if (mark === '*' || (mark === '?' && /^\{\d+\}$/.test(quantifier)))
      throw refuse(source.slice(at - 1, at + 1));
    if (mark !== '?' && mark !== '+') return piece + quantifier;
    at++;
    if (mark === '?') return `${piece}${quantifier}?`;
    // behind braces a plus repeats what they do
    return braces ? `(?:${piece}${quantifier})+` : kept(piece + quantifier);
  }

  function atom(folds: boolean): string {
    if (source[at] === '(') return group(folds);
    if (source[at] === '[' || source[at] === '\\') {
      const start = at;
      const set = source[at] === '[' ? bracketed() : escaped(OUTSIDE);
      if (folds) throw refuse(source.slice(start, at));
      return set;
    }
    const character = next();
    if (/[*+?]/.test(character)) throw refuse(character);
    if (character === '|') return character;
    if (Object.hasOwn(ANCHORS, character)) return ANCHORS[character];
    return folds ? folded(character) : literal(character);
  }

  function folded(character: string): string {
    if (character > '\x7f') throw refuse(character);
    const pair = source.slice(at - 1, at + 1);
    if (FOLDED_PAIRS.test(pair)) throw refuse(pair);
    const lower = character.toLowerCase();
    const upper = character.toUpperCase();
    return lower === upper ? literal(character) : `[${lower}${upper}${FOLDED[lower] ?? ''}]`;
  }

  function escaped(letters: Readonly<Record<string, string>>): string {
    const start = at;
    const property = take(PROPERTY);
    if (property !== null) return propertySet(property);
    const code = take(CODE);
    if (code !== null) return `\\u{${code[1] ?? code[2] ?? code[3]}}`;
    const letter = take(LETTER)?.[1];
    if (letter !== undefined && Object.hasOwn(letters, letter)) return letters[letter];
    const sign = take(SIGN)?.[1];
    if (sign !== undefined) return literal(sign);
    throw refuse(source.slice(start, start + 2));
  }

  function propertySet([whole, letter, negation, name]: RegExpExecArray): string {
    const negated = (letter === 'P') !== (negation === '^');
    const property = CATEGORY.test(name) ? name : `Script=${name}`;
    try {
      new RegExp(`\\p{${property}}`, 'v');
    } catch {
      throw refuse(whole);
    }
    return `\\${negated ? 'P' : 'p'}{${property}}`;
  }

  /** A set in brackets: the operands of && one by one, each in brackets of its own. */
  function bracketed(): string {
    const start = at++;
    const negated = source[at] === '^';
    if (negated) at++;
    const operands = [''];
    for (let first = true; source[at] !== ']' || first; first = false) {
      if (at >= source.length) throw refuse(source.slice(start));
      if (source.startsWith('&&', at)) {
        at += 2;
        operands.push('');
      } else operands[operands.length - 1] += member();
    }
    at++;
    if (operands.some((operand) => operand === '')) throw refuse(source.slice(start, at));
    const inside =
      operands.length === 1 ? operands[0] : operands.map((operand) => `[${operand}]`).join('&&');
    return `[${negated ? '^' : ''}${inside}]`;
  }

  function member(): string {
    const posix = take(POSIX_NAME);
    if (posix !== null) {
      const [whole, negation, name] = posix;
      if (!Object.hasOwn(POSIX, name)) throw refuse(whole);
      return `[${negation}${POSIX[name]}]`;
    }
    if (source[at] === '[') return bracketed();
    const from = source[at] === '\\' ? escaped(INSIDE) : literal(next());
    if (source[at] !== '-' || source[at + 1] === ']') return from;
    at++;
    // a range joins two characters; what else stands beside a hyphen is not the same everywhere
    const start = at;
    const to = source[at] === '\\' ? escaped(INSIDE) : literal(next());
    if (/^(?:\[|\\[pP])/.test(from) || /^(?:\[|\\[pP])/.test(to))
      throw refuse(source.slice(start - 2, at));
    return `${from}-${to}`;
  }

  function group(folds: boolean): string {
    const opening = take(GROUP)?.[0] ?? '(';
    if (source[at] === '?') throw refuse(source.slice(at - 1, at + 3));
    const inside = alternatives(folds || opening === '(?i:');
    if (at >= source.length) throw refuse(opening);
    at++;
    if (opening === '(?>') return kept(inside);
    return opening === '(' || opening === '(?i:' ? `(?:${inside})` : `${opening}${inside})`;
  }

  const result = alternatives(false);
  if (at < source.length) throw refuse(')');
  return result;
}

/** A character as itself, within brackets and without. */
const literal = (character: string): string =>
  /[\da-zA-Z]/.test(character) || character > '\x7f'
    ? character
    : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
