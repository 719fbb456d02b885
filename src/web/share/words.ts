/** What the dialog of sharing says, in both languages. */
import type { Language } from '../state.ts';

const english = {
  close: 'Close',
  link: 'Link to this view',
  linkHint: 'It restores sentence, layers, selection and tab.',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Copying is not allowed here: select the text instead.',
  locks: 'Fix controls in the link',
  locksHint: 'For a class: who opens the link cannot change these; answers and pictures stay live.',
  pictures: 'Pictures and their numbers',
  file: (picture: string, kind: string) => `${picture} as ${kind}`,
  failed: 'The picture could not be made.',
  numbers: 'All numbers',
  numbersHint: 'As the server gave them: what the command below prints.',
  json: 'JSON',
  command: 'As command line',
  code: 'As code',
  nothing: 'There is nothing to export yet.',
  elsewhere: 'Pictures, numbers, command and code of this tab are in its own card.',
};

export type ShareWords = typeof english;

const german: ShareWords = {
  close: 'Schließen',
  link: 'Link zu dieser Ansicht',
  linkHint: 'Er stellt Satz, Schichten, Auswahl und Ansicht wieder her.',
  copy: 'Kopieren',
  copied: 'Kopiert',
  notCopied: 'Kopieren ist hier nicht erlaubt: Markiere den Text.',
  locks: 'Regler im Link festlegen',
  locksHint:
    'Für eine Klasse: Wer den Link öffnet, kann sie nicht ändern; Antworten und Bilder bleiben lebendig.',
  pictures: 'Bilder und ihre Zahlen',
  file: (picture, kind) => `${picture} als ${kind}`,
  failed: 'Das Bild konnte nicht erzeugt werden.',
  numbers: 'Alle Zahlen',
  numbersHint: 'Wie der Server sie gab: was der Befehl unten ausgibt.',
  json: 'JSON',
  command: 'Als Befehl',
  code: 'Als Programm',
  nothing: 'Noch gibt es nichts zu exportieren.',
  elsewhere: 'Bilder, Zahlen, Befehl und Programm dieser Ansicht stehen in ihrer eigenen Karte.',
};

const dictionary: Readonly<Record<Language, ShareWords>> = { de: german, en: english };

export function shareWordsOf(language: Language): ShareWords {
  return dictionary[language];
}
