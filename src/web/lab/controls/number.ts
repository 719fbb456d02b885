/** A number as a slider for what is usual and a box for all of it. */
import { checkNumber, type NumberParameter } from '../../../numerics/parameters.ts';
import { fillTrack, h, setAttribute } from '../../dom.ts';
import type { Told } from '../catalogue-words.ts';
import { type Control, createField, faultOf, rested } from './field.ts';
import { scaleOf } from './scale.ts';

export interface NumberAsked {
  readonly id: string;
  readonly parameter: NumberParameter;
  readonly told: Told;
  readonly set: (value: number) => void;
  /** The slider's upper end, where it is not the usual one. */
  readonly highest?: number;
  /** A box alone. */
  readonly plain?: boolean;
}

const STEPS = 1000;
const REST = 60;

export function createNumber(asked: NumberAsked): Control<number> {
  const { id, parameter, told, set, highest, plain = false } = asked;
  const { minimum, maximum, integer, unit } = parameter;
  const scale = scaleOf(parameter, highest);
  const box = h('input', {
    type: 'number',
    class: 'entry lab-box',
    step: integer ? 1 : 'any',
    min: minimum,
    max: maximum,
    inputmode: integer ? 'numeric' : 'decimal',
  });
  const slider = h('input', { type: 'range', min: 0, max: STEPS, 'aria-label': told.title });
  const commit = rested(set, REST);
  const place = (value: number) => {
    slider.value = String(Math.round(STEPS * scale.share(value)));
    setAttribute(slider, 'aria-valuetext', String(value));
    fillTrack(slider);
  };
  const slide = (now: boolean) => {
    const value = scale.value(Number(slider.value) / STEPS);
    box.value = String(value);
    setAttribute(slider, 'aria-valuetext', String(value));
    fillTrack(slider);
    field.complain(null);
    commit(now, value);
  };
  slider.addEventListener('input', () => slide(false));
  slider.addEventListener('change', () => slide(true));
  box.addEventListener('change', () => {
    const value = box.value.trim() === '' ? Number.NaN : Number(box.value);
    const fault = faultOf(() => checkNumber(parameter, value));
    field.complain(fault);
    if (fault) return;
    place(value);
    commit(true, value);
  });
  const inside = h(
    'span',
    { class: 'lab-number' },
    !plain && slider,
    box,
    unit !== '' && h('span', { class: 'lab-unit' }, unit),
  );
  const field = createField(id, told, box, inside);
  return {
    element: field.element,
    show(value) {
      field.complain(null);
      // A hand on the slider knows better than what it set a moment ago.
      if (document.activeElement !== slider) place(value);
      if (document.activeElement !== box || Number(box.value) !== value) box.value = String(value);
    },
  };
}
