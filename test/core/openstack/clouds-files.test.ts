import { as, lab, secret, testFound, testRefused, userOf, without } from "./cloud-examples.ts";

testFound([
  {
    title: "the file in OS_CLIENT_CONFIG_FILE goes before the project's",
    files: { "a.yaml": as("a"), "project/clouds.yaml": as("b") },
    environment: { OS_CLIENT_CONFIG_FILE: "ROOT/a.yaml" },
    name: "lab",
    expect: userOf,
    is: "a",
  },
  {
    title: "a missing OS_CLIENT_CONFIG_FILE is passed over, as the plugin does",
    files: { "project/clouds.yaml": as("b") },
    environment: { OS_CLIENT_CONFIG_FILE: "ROOT/a.yaml" },
    name: "lab",
    expect: userOf,
    is: "b",
  },
  {
    title: "the project's file goes before the user's",
    files: { "project/clouds.yaml": as("p"), "user/clouds.yaml": as("u") },
    name: "lab",
    expect: userOf,
    is: "p",
  },
  {
    title: "the user's file goes before the site's",
    files: { "user/clouds.yaml": as("u"), "site/clouds.yaml": as("s") },
    name: "lab",
    expect: userOf,
    is: "u",
  },
  {
    title: "a clouds.yaml anywhere goes before a clouds.yml",
    files: { "project/clouds.yml": as("l"), "site/clouds.yaml": as("s") },
    name: "lab",
    expect: userOf,
    is: "s",
  },
  {
    title: "secure.yaml is laid over clouds.yaml",
    files: {
      "project/clouds.yaml": without("password"),
      "user/secure.yaml": `clouds: { lab: { auth: { password: ${secret} } } }`,
    },
    name: "lab",
    expect: ({ identity }) => identity,
    is: { method: "password", user: { name: "me", domain: { name: "Users" } }, password: secret },
  },
  {
    title: "an empty value in secure.yaml does not hide one of clouds.yaml",
    files: { "project/clouds.yaml": lab, "user/secure.yaml": "clouds: { lab: { auth: { username: '' } } }" },
    name: "lab",
    expect: userOf,
    is: "me",
  },
  {
    title: "a profile comes from clouds-public.yaml, under the entry",
    files: {
      "project/clouds.yaml": `clouds: { lab: { profile: vendor, auth: { username: me, password: ${secret}, project_id: p, user_domain_id: d } } }`,
      "site/clouds-public.yaml":
        "public-clouds: { vendor: { region_name: Far, auth: { auth_url: 'https://vendor.example.org/v3', username: nobody } } }",
    },
    name: "lab",
    expect: (cloud) => [cloud.authUrl, cloud.region, userOf(cloud)],
    is: ["https://vendor.example.org/v3", "Far", "me"],
  },
  {
    title: "YAML anchors and merge keys work",
    files: { "project/clouds.yaml": `${lab}    extra: &more { interface: internal }\n    <<: *more\n` },
    name: "lab",
    expect: (cloud) => cloud.interface,
    is: "internal",
  },
  {
    title: "a password of digits stays what was written",
    files: { "project/clouds.yaml": lab.replace(secret, "0012e3") },
    name: "lab",
    expect: ({ identity }) => "password" in identity && identity.password,
    is: "0012e3",
  },
]);

testRefused([
  {
    title: "a cloud that is not there: the others are listed",
    files: { "project/clouds.yaml": `${lab}  attic: {}\n` },
    name: "lob",
    code: "cloud-not-found",
    message: /cloud lob is not in \S+\/project\/clouds\.yaml; it has lab, attic/,
  },
  {
    title: "a name that every object has is no cloud",
    files: { "project/clouds.yaml": lab },
    name: "constructor",
    code: "cloud-not-found",
    message: /it has lab/,
  },
  {
    title: "no clouds.yaml: all places are listed",
    name: "lab",
    environment: { OS_CLIENT_CONFIG_FILE: "ROOT/x.yaml" },
    code: "clouds-file-missing",
    message: /x\.yaml\n.*project\/clouds\.yaml\n.*user\/clouds\.yaml\n.*site\/clouds\.yaml/,
  },
  {
    title: "broken YAML: line and kind, not the line itself",
    files: { "project/clouds.yaml": `clouds:\n  lab:\n    auth: { password: "${secret}\n` },
    name: "lab",
    code: "clouds-file-unreadable",
    message: /clouds\.yaml: line \d+ is not YAML/,
  },
  {
    title: "an unresolved alias",
    files: { "project/clouds.yaml": `${lab}    more: *nowhere\n` },
    name: "lab",
    code: "clouds-file-unreadable",
    message: /clouds\.yaml: an alias has no anchor/,
  },
  {
    title: "a file that is no clouds.yaml",
    files: { "project/clouds.yaml": `- ${secret}\n` },
    name: "lab",
    code: "clouds-file-unreadable",
    message: /must be a mapping/,
  },
  {
    title: "an empty file",
    files: { "project/clouds.yaml": "" },
    name: "lab",
    code: "clouds-file-unreadable",
    message: /must be a mapping/,
  },
  {
    title: "a profile without clouds-public.yaml",
    files: { "project/clouds.yaml": `${lab}    profile: vendor\n` },
    name: "lab",
    code: "clouds-profile-missing",
    message: /clouds\.lab\.profile is vendor/,
  },
]);
