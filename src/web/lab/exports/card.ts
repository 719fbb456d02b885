/** What can be taken away: files of the frame and of the run, the command, the program, a link. */
import { renderSvg } from '../../../figures/render.ts';
import { fill, h } from '../../dom.ts';
import type { LabFrame } from '../frame.ts';
import type { Lab } from '../lab.ts';
import type { Stage } from '../picture/stage.ts';
import { programOf } from './code.ts';
import { commandLine, type TextFile } from './command.ts';
import { download, textFile } from './download.ts';
import { figureOf } from './figure.ts';
import { createLinks } from './links.ts';
import { pictureOf } from './picture.ts';
import { createSnippet } from './snippet.ts';
import { measuredCsv, positionsCsv, runJson } from './tables.ts';

export function createExports(lab: Lab, stage: Stage): HTMLElement {
  const { words, session } = lab;
  const save = (id: string, title: string, file: (frame: LabFrame) => unknown) =>
    h(
      'button',
      {
        ...{ type: 'button', class: 'chip', id: `lab-export-${id}` },
        click: () => {
          const { shown } = session.get();
          if (shown) void file(shown);
        },
      },
      title,
    );
  const frames = (shown: LabFrame) => session.film().filter(({ of }) => of === shown.of);
  const buttons = [
    save('png', words.png, async (shown) =>
      download('schmetterling.png', await pictureOf(lab, stage, shown)),
    ),
    save('svg', words.svg, (shown) => {
      const figure = figureOf(lab, stage.painter, shown);
      const svg = renderSvg(figure, { theme: isDark() ? 'dark' : 'light' });
      download('schmetterling.svg', textFile(svg, 'image/svg+xml'));
    }),
    save('positions', words.positionsCsv, ({ positions }) => {
      if (positions) download('positions.csv', textFile(positionsCsv(positions), 'text/csv'));
    }),
    save('measured', words.measuredCsv, (shown) =>
      download('numbers.csv', textFile(measuredCsv(frames(shown)), 'text/csv')),
    ),
    save('json', words.json, (shown) => {
      const { report } = session.get();
      download('run.json', textFile(runJson(frames(shown), report), 'application/json'));
    }),
  ];
  const command = createSnippet(words.command, words);
  const code = createSnippet(words.code, words);
  const files = h('p', { class: 'lab-files' });
  const show = () => {
    const { shown, playing, seeking } = session.get();
    if (!shown || playing || seeking) return;
    const { line, files: needed } = commandLine(shown);
    command.show(line);
    code.show(programOf(shown));
    fill(files, ...needed.flatMap((one) => [words.file(one.name), ' ', fileButton(one), ' ']));
  };
  session.subscribe(show);
  show();
  return h(
    'section',
    { class: 'card lab-exports' },
    h('h2', {}, words.exports),
    h('p', { class: 'hint' }, words.exportsHint),
    h('div', { class: 'lab-chips' }, ...buttons),
    createLinks(words),
    command.element,
    files,
    code.element,
  );
}

function fileButton({ name, text }: TextFile): HTMLElement {
  const click = () => download(name, textFile(text, 'text/csv'));
  return h('button', { type: 'button', class: 'chip lab-file', click }, name);
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return (
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  );
}
