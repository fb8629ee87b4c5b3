// Signing in by account, user name and password, or by the single-use link that the server prints: /sign-in#code=…
import { LockOutlined, TeamOutlined, UserOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { Alert, Button, Flex, Form, Input, Spin, theme, Typography } from "antd";
import { useEffect, useState } from "react";
import { toApiError } from "@/api/errors";
import { useSignIn, type SignIn } from "@/api/session";
import { useTranslation } from "@/lib/i18n";
import { ErrorState, Logo } from "@/ui";
import { LanguageSwitch, ThemeSwitch } from "@/ui/switches";
import { hasCode, localPath, takeCode } from "./link";

export function SignInPage() {
  const { t } = useTranslation("session");
  const { token } = theme.useToken();
  const { next, expired } = useSearch({ from: "/sign-in" });
  const router = useRouter();
  const client = useQueryClient();
  const { mutate, error, isPending, variables } = useSignIn();
  const [arrivedByLink] = useState(hasCode);

  function signIn(body: SignIn) {
    client.clear();
    mutate({ body }, { onSuccess: () => router.history.push(localPath(next)) });
  }

  useEffect(() => {
    const code = takeCode();
    if (code) signIn({ code });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, on arrival
  }, []);

  useEffect(() => {
    document.title = `${t("title")} · Maquette`;
  }, [t]);

  const byLink = variables ? variables.body.code !== undefined : arrivedByLink;
  const exchanging = byLink && !error;

  return (
    <Flex vertical style={{ height: "100vh", overflow: "auto", background: token.colorBgLayout }}>
      <Flex justify="flex-end" style={{ padding: 12 }}>
        <LanguageSwitch />
        <ThemeSwitch />
      </Flex>
      <Flex component="main" vertical align="center" style={{ padding: "6vh 16px 32px" }}>
        <Flex vertical gap={20} style={{ width: 360, maxWidth: "100%" }}>
          <Flex vertical align="center" gap={8}>
            <Logo size={56} />
            <Typography.Title level={1} style={{ fontSize: 24, margin: 0 }}>
              Maquette
            </Typography.Title>
            <Typography.Text type="secondary" style={{ textAlign: "center" }}>
              {t("subtitle")}
            </Typography.Text>
          </Flex>
          {expired && !error && <Alert type="info" showIcon title={t("expired")} />}
          {error && <SignInError error={error} byLink={byLink} />}
          <section className="maquette-panel" style={{ padding: 24 }}>
            {exchanging ? (
              <Flex align="center" gap={12} role="status">
                <Spin /> {t("exchanging")}
              </Flex>
            ) : (
              <PasswordForm pending={isPending} onSubmit={signIn} />
            )}
          </section>
        </Flex>
      </Flex>
    </Flex>
  );
}

function PasswordForm({ pending, onSubmit }: { pending: boolean; onSubmit: (body: SignIn) => void }) {
  const { t } = useTranslation(["session", "common"]);
  const required = [{ required: true, message: t("common:field.required") }];
  return (
    <Form<Required<Omit<SignIn, "code">>>
      layout="vertical"
      requiredMark={false}
      initialValues={{ domain: lastAccount() }}
      onFinish={({ domain, user, password }) => {
        rememberAccount(domain);
        onSubmit({ domain, user, password });
      }}
    >
      <Form.Item name="domain" label={t("session:domain")} tooltip={t("session:domainHint")} rules={required}>
        <Input prefix={<TeamOutlined aria-hidden />} autoComplete="organization" />
      </Form.Item>
      <Form.Item name="user" label={t("session:user")} rules={required}>
        <Input prefix={<UserOutlined aria-hidden />} autoComplete="username" autoFocus />
      </Form.Item>
      <Form.Item name="password" label={t("session:password")} rules={required}>
        <Input.Password prefix={<LockOutlined aria-hidden />} autoComplete="current-password" />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={pending}>
        {t("session:submit")}
      </Button>
    </Form>
  );
}

function SignInError({ error, byLink }: { error: unknown; byLink: boolean }) {
  const { t } = useTranslation("session");
  const { status } = toApiError(error);
  if (status !== 401 && status !== 400 && status !== 404) return <ErrorState error={error} />;
  return byLink ? (
    <Alert type="warning" showIcon role="alert" title={t("linkFailed")} description={t("linkHint")} />
  ) : (
    <Alert type="error" showIcon role="alert" title={t("refused")} />
  );
}

const accountKey = "maquette.account";

function lastAccount(): string {
  try {
    return localStorage.getItem(accountKey) ?? "admin";
  } catch {
    return "admin";
  }
}

function rememberAccount(account: string): void {
  try {
    localStorage.setItem(accountKey, account);
  } catch {
    // A convenience only.
  }
}
