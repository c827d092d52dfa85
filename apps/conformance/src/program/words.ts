/** What several commands say of the same option. */
export const STEPS = 'the bound on steps that the schedule was found with'
export const RELEASE = 'a release, such as netbsd/10.1, or a system'
export const MODEL =
  'of a scenario: smp (the release decides who runs; the usual one), up, or any (whoever can go on may)'
export const SEED = 'of a scenario: makes each choice at random; the usual choices if not given'
