/** Controls for parameters that are data: of dynamics, of a start. They are made anew for another entry. */
import type { Parameter } from '../../../dynamics/dynamics.ts';
import { fill, h } from '../../dom.ts';
import type { Language } from '../../state.ts';
import { told } from '../catalogue-words.ts';
import type { Values } from '../settings.ts';
import { createChoice } from './choice.ts';
import type { Control } from './field.ts';
import { createMatrix } from './matrix.ts';
import { createNumber } from './number.ts';

export interface ParametersAsked {
  /** Before the names, so that ids are unique. */
  readonly prefix: string;
  readonly language: Language;
  readonly matrixHint: string;
  readonly set: (name: string, value: number | string) => void;
  /** Throws what is wrong with that value beside the others. */
  readonly check: (name: string, value: number | string) => unknown;
}

export interface ParameterControls {
  readonly element: HTMLElement;
  show(owner: string, parameters: readonly Parameter[], values: Values): void;
}

export function createParameters(asked: ParametersAsked): ParameterControls {
  const element = h('div', { class: 'lab-parameters' });
  let shown = '';
  let controls: (readonly [name: string, control: Control<number | string>])[] = [];
  return {
    element,
    show(owner, parameters, values) {
      if (owner !== shown) {
        shown = owner;
        controls = parameters.map((one) => [one.name, createParameter(asked, one, owner)]);
        fill(element, ...controls.map(([, control]) => control.element));
      }
      for (const [name, control] of controls) control.show(values[name]);
    },
  };
}

function createParameter(
  { prefix, language, matrixHint, set, check }: ParametersAsked,
  parameter: Parameter,
  owner: string,
): Control<number | string> {
  const { name } = parameter;
  const shared = { id: prefix + name, told: told(language, 'parameters', parameter, owner) };
  const put = (value: number | string) => set(name, value);
  if (parameter.type === 'number') return asAny(createNumber({ ...shared, parameter, set: put }));
  if (parameter.type === 'choice') {
    const options = parameter.choices.map((choice) => [choice, choice] as const);
    return asAny(createChoice({ ...shared, options, set: put }));
  }
  const judge = (text: string) => check(name, text);
  return asAny(createMatrix({ ...shared, hint: matrixHint, check: judge, set: put }));
}

/** Values of a kind are shown by controls of that kind; the entry is the same for both. */
function asAny<T extends number | string>({ element, show }: Control<T>): Control<number | string> {
  return { element, show: (value) => show(value as T) };
}
