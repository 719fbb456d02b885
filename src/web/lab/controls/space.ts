/** Circle, sphere or R^d: three buttons, and a number for d where it is another. */
import { fill, h, setAttribute } from '../../dom.ts';
import { told } from '../catalogue-words.ts';
import type { Lab } from '../lab.ts';
import { entryOf, type LabSettings, numbers, settled } from '../settings.ts';
import { createNumber } from './number.ts';

/** Dimensions of the buttons; the last stands for all above. */
const CHOICES = [2, 3, 8] as const;

export function createSpace(lab: Lab) {
  const { words } = lab;
  const put = (d: number) => lab.change(settled({ ...lab.settings(), d }));
  const number = createNumber({
    id: 'lab-d',
    parameter: numbers.d,
    set: put,
    told: told(lab.page.state.get().language, 'parameters', numbers.d),
  });
  const buttons = CHOICES.map((d) =>
    h('button', { type: 'button', id: `lab-space-${d}`, click: () => put(d) }),
  );
  const segments = h(
    'div',
    { class: 'segments', role: 'group', 'aria-label': words.space },
    ...buttons,
  );
  return {
    element: h(
      'div',
      { class: 'lab-space' },
      h('div', { class: 'lab-field' }, h('span', { class: 'label' }, words.space), segments),
      number.element,
    ),
    show(settings: LabSettings) {
      const { space, dimension } = entryOf(settings);
      const names = space === 'sphere' ? sphereNames : flatNames;
      buttons.forEach((button, i) => {
        const own = i === 2 ? settings.d > 3 : settings.d === CHOICES[i];
        fill(button, ...(i === 2 ? ['R', h('sup', {}, 'd')] : [words[names[i]]]));
        setAttribute(button, 'aria-pressed', String(own));
        button.disabled = dimension !== undefined && dimension !== CHOICES[i];
      });
      setAttribute(number.element, 'hidden', settings.d <= 3);
      number.show(settings.d);
    },
  };
}

const sphereNames = ['circle', 'sphere'] as const;
const flatNames = ['plane', 'threeSpace'] as const;
