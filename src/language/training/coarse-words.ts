/**
 * German and English words that no answer should show: texts with one of them are left out where a
 * config says so (`leaveOutCoarse`). A star stands for any ending. Short on purpose, and no judge of content.
 */
export const COARSE_WORDS: readonly string[] = [
  ...['arsch*', 'fick*', 'gefickt*', 'fotze*', 'hure', 'huren*', 'kanake*', 'neger*', 'nutte*'],
  ...['piss*', 'verpiss*', 'scheiß*', 'scheiss*', 'beschissen*', 'schlampe*', 'schwuchtel*'],
  ...['titten', 'vergewaltig*', 'wichs*'],
  ...['asshole*', 'arsehole*', 'bastard*', 'bitch*', 'bullshit*', 'cunt*', 'fag', 'faggot*'],
  ...['fuck*', 'motherfuck*', 'nigger*', 'nigga*', 'porn*', 'rape', 'raped', 'rapist*', 'shit*'],
  ...['slut*', 'whore*', 'tits'],
];
