/** What can be taken away: files of the frame and of the run, the command, the program. Links are the page's (share/). */
import { fill, h } from '../../dom.ts';
import { createSnippet } from '../../share/copy.ts';
import { download, svgOf, textFile } from '../../share/files.ts';
import { shareWordsOf } from '../../share/words.ts';
import type { LabFrame } from '../frame.ts';
import type { Lab } from '../lab.ts';
import { measuredFrames } from '../measure/question.ts';
import type { Stage } from '../picture/stage.ts';
import { programOf } from './code.ts';
import { commandLine, type TextFile } from './command.ts';
import { figureOf } from './figure.ts';
import { pictureOf } from './picture.ts';
import { measuredCsv, positionsCsv, runJson } from './tables.ts';

export function createExports(lab: Lab, stage: Stage): HTMLElement {
  const { words, session } = lab;
  const save = (id: string, title: string, file: (frame: LabFrame) => unknown) => {
    const click = async () => {
      const { shown } = session.get();
      if (!shown || button.disabled) return;
      // frames that were not measured as they went by take their time
      button.disabled = true;
      try {
        await file(shown);
      } finally {
        button.disabled = false;
      }
    };
    const button = h(
      'button',
      { type: 'button', class: 'chip', id: `lab-export-${id}`, click },
      title,
    );
    return button;
  };
  const frames = (shown: LabFrame) => measuredFrames(session, lab.measurer, shown);
  const buttons = [
    save('png', words.png, async (shown) =>
      download('schmetterling.png', await pictureOf(lab, stage, shown)),
    ),
    save('svg', words.svg, async (shown) => {
      const svg = svgOf(figureOf(lab, stage.painter, shown, await frames(shown)));
      download('schmetterling.svg', textFile(svg, 'image/svg+xml'));
    }),
    save('positions', words.positionsCsv, ({ positions }) => {
      if (positions) download('positions.csv', textFile(positionsCsv(positions), 'text/csv'));
    }),
    save('measured', words.measuredCsv, async (shown) =>
      download('numbers.csv', textFile(measuredCsv(await frames(shown)), 'text/csv')),
    ),
    save('json', words.json, async (shown) => {
      const { report } = session.get();
      download('run.json', textFile(runJson(await frames(shown), report), 'application/json'));
    }),
  ];
  const shared = shareWordsOf(lab.page.state.get().language);
  const spelled = h('div', { class: 'lab-spelled' });
  let told: LabFrame | null = null;
  const show = () => {
    const { shown, playing, seeking } = session.get();
    if (!shown || playing || seeking) return;
    // The same frame comes again with what was measured of it.
    if (told?.of === shown.of && told.index === shown.index) return;
    told = shown;
    const { line, files } = commandLine(shown);
    const needed = files.flatMap((one) => [words.file(one.name), ' ', fileButton(one), ' ']);
    fill(
      spelled,
      createSnippet(shared, shared.command, line),
      files.length > 0 && h('p', { class: 'lab-files' }, ...needed),
      createSnippet(shared, shared.code, programOf(shown)),
    );
  };
  session.subscribe(show);
  show();
  return h(
    'section',
    { class: 'card lab-exports' },
    h('h2', {}, words.exports),
    h('p', { class: 'hint' }, words.exportsHint),
    h('div', { class: 'lab-chips' }, ...buttons),
    spelled,
  );
}

function fileButton({ name, text }: TextFile): HTMLElement {
  const click = () => download(name, textFile(text(), 'text/csv'));
  return h('button', { type: 'button', class: 'chip lab-file', click }, name);
}
