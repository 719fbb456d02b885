/** Seconds that tests give to what users are given few: none fails because a machine is busy. */
export const PATIENT = 300;
