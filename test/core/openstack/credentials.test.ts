import { lab, plain, secret, testFound, testRefused, userOf, without } from "./cloud-examples.ts";

testFound([
  {
    title: "variables fill what the entry of a named cloud leaves empty",
    files: { "project/clouds.yaml": without("username") },
    environment: plain,
    name: "lab",
    expect: userOf,
    is: "plain",
  },
  {
    title: "without any name the OS_* variables are the cloud",
    environment: plain,
    expect: ({ authUrl, identity, project, source }) => ({ authUrl, identity, project, source }),
    is: {
      authUrl: plain.OS_AUTH_URL,
      identity: { method: "password", user: { name: "plain", domain: { id: "default" } }, password: secret },
      project: { name: "demo", domain: { id: "default" } },
      source: "the OS_* variables",
    },
  },
  {
    title: "OS_TENANT_ID counts before OS_PROJECT_ID for plain variables",
    environment: { ...plain, OS_TENANT_ID: "t", OS_PROJECT_ID: "p" },
    expect: ({ project }) => project,
    is: { id: "t" },
  },
  {
    title: "OS_PROJECT_ID counts before OS_TENANT_ID for a named cloud",
    files: { "project/clouds.yaml": without("project_name") },
    environment: { OS_TENANT_ID: "t", OS_PROJECT_ID: "p" },
    name: "lab",
    expect: ({ project }) => project,
    is: { id: "p" },
  },
  {
    title: "a token goes before a password",
    files: { "project/clouds.yaml": lab.replace("username: me", "token: abc") },
    name: "lab",
    expect: ({ identity, project }) => [identity, project],
    is: [
      { method: "token", token: "abc" },
      { name: "demo", domain: { id: "default" } },
    ],
  },
  {
    title: "an application credential by id has no project",
    files: {
      "project/clouds.yaml": `clouds: { lab: { auth_type: v3applicationcredential, auth: { auth_url: 'http://k/v3', application_credential_id: i, application_credential_secret: ${secret} } } }`,
    },
    name: "lab",
    expect: ({ identity, project }) => [identity, project],
    is: [{ method: "application_credential", id: "i", secret }, undefined],
  },
  {
    title: "an application credential by name takes its user along",
    files: {
      "project/clouds.yaml": `clouds: { lab: { auth: { auth_url: 'http://k/v3', application_credential_name: n, username: me, domain_name: D, application_credential_secret: ${secret} } } }`,
    },
    name: "lab",
    expect: ({ identity }) => identity,
    is: { method: "application_credential", name: "n", user: { name: "me", domain: { name: "D" } }, secret },
  },
  {
    title: "domain_id stands in for both domains, default_domain comes last",
    files: {
      "project/clouds.yaml": without("user_domain_name").replace(
        "project_domain_id: default",
        "domain_id: D\n      default_domain: E",
      ),
    },
    name: "lab",
    expect: ({ identity, project }) => ["user" in identity && identity.user, project],
    is: [
      { name: "me", domain: { id: "D" } },
      { name: "demo", domain: { id: "D" } },
    ],
  },
]);

testRefused([
  {
    title: "no auth_url",
    files: { "project/clouds.yaml": without("auth_url") },
    name: "lab",
    code: "cloud-config",
    message: /auth\.auth_url is missing/,
  },
  {
    title: "an auth_url that is none",
    files: { "project/clouds.yaml": lab.replace("https://", `${secret}:/`) },
    name: "lab",
    code: "cloud-config",
    message: /auth\.auth_url is no http/,
  },
  {
    title: "an auth_url with user information",
    files: { "project/clouds.yaml": lab.replace("https://", `https://me:${secret}@`) },
    name: "lab",
    code: "cloud-config",
    message: /^cloud lab in \S+: auth\.auth_url has user information/,
  },
  {
    title: "an OS_AUTH_URL with user information",
    environment: { ...plain, OS_AUTH_URL: `http://me:${secret}@keystone.example.org:5000` },
    code: "cloud-config",
    message: /^the OS_\* variables: auth\.auth_url has user information/,
  },
  {
    title: "an image endpoint without http",
    environment: { ...plain, OS_IMAGE_ENDPOINT_OVERRIDE: `${secret}:9292` },
    code: "cloud-config",
    message:
      /: image_endpoint_override \(or OS_IMAGE_ENDPOINT_OVERRIDE\) is no http or https address; write it in full/,
  },
  {
    title: "an image endpoint with user information",
    files: { "project/clouds.yaml": `${lab}    image_endpoint_override: http://me:${secret}@glance:9292\n` },
    name: "lab",
    code: "cloud-config",
    message: /^cloud lab in \S+: image_endpoint_override .* has user information/,
  },
  {
    title: "a baremetal endpoint with user information",
    files: { "project/clouds.yaml": `${lab}    baremetal_endpoint_override: http://${secret}@ironic:6385\n` },
    name: "lab",
    code: "cloud-config",
    message: /: baremetal_endpoint_override .* has user information/,
  },
  {
    title: "identity version 2",
    files: { "project/clouds.yaml": lab.replace("/v3", "/v2.0") },
    name: "lab",
    code: "cloud-config",
    message: /version 2 is gone/,
  },
  {
    title: "no password",
    files: { "project/clouds.yaml": without("password") },
    name: "lab",
    code: "cloud-config",
    message: /auth\.password is missing/,
  },
  {
    title: "no user",
    files: { "project/clouds.yaml": without("username") },
    name: "lab",
    code: "cloud-config",
    message: /auth\.username or auth\.user_id is missing/,
  },
  {
    title: "no user domain",
    files: { "project/clouds.yaml": without("user_domain_name") },
    name: "lab",
    code: "cloud-config",
    message: /auth\.user_domain_name is missing/,
  },
  {
    title: "no project",
    files: { "project/clouds.yaml": without("project_name") },
    name: "lab",
    code: "cloud-config",
    message: /auth\.project_id or auth\.project_name/,
  },
  {
    title: "password and application credential",
    files: { "project/clouds.yaml": lab },
    environment: { OS_APPLICATION_CREDENTIAL_SECRET: secret },
    name: "lab",
    code: "cloud-config",
    message: /keep one/,
  },
  {
    title: "an application credential without secret",
    files: {
      "project/clouds.yaml": "clouds: { lab: { auth: { auth_url: 'http://k', application_credential_id: i } } }",
    },
    name: "lab",
    code: "cloud-config",
    message: /application_credential_secret is missing/,
  },
  {
    title: "auth_type token without one",
    files: { "project/clouds.yaml": `${lab}    auth_type: v3token\n` },
    name: "lab",
    code: "cloud-config",
    message: /auth\.token is missing/,
  },
]);
