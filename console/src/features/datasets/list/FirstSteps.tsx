// The list while it is empty: the three steps to a first dataset.
import { CloudUploadOutlined, DatabaseOutlined, TagsOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, Flex, theme, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "@/lib/i18n";

export function FirstSteps() {
  const { t } = useTranslation("datasets");
  return (
    <section className="maquette-panel" style={{ padding: "36px 24px" }} aria-labelledby="ds-first">
      <Typography.Title level={2} id="ds-first" style={{ fontSize: 18, textAlign: "center", margin: "0 0 24px" }}>
        {t("first.title")}
      </Typography.Title>
      <Flex gap={16} wrap justify="center" component="ol" style={{ listStyle: "none", margin: 0, padding: 0 }}>
        <Step number={1} icon={<DatabaseOutlined aria-hidden />} title={t("first.bucket")} hint={t("first.bucketHint")}>
          <Link to="/files">
            <Button tabIndex={-1}>{t("first.toFiles")}</Button>
          </Link>
        </Step>
        <Step number={2} icon={<CloudUploadOutlined aria-hidden />} title={t("first.upload")} hint={t("first.uploadHint")} />
        <Step number={3} icon={<TagsOutlined aria-hidden />} title={t("first.create")} hint={t("first.createHint")}>
          <Link to="/datasets/create">
            <Button type="primary" tabIndex={-1}>
              {t("create.button")}
            </Button>
          </Link>
        </Step>
      </Flex>
    </section>
  );
}

interface StepProps {
  number: number;
  icon: ReactNode;
  title: string;
  hint: string;
  children?: ReactNode;
}

function Step({ number, icon, title, hint, children }: StepProps) {
  const { token } = theme.useToken();
  return (
    <li style={{ flex: "1 1 220px", maxWidth: 320 }}>
      <Flex vertical gap={8} align="flex-start">
        <span style={{ fontSize: 28, color: token.colorPrimary }} aria-hidden>
          {icon}
        </span>
        <Typography.Text strong>
          {number}. {title}
        </Typography.Text>
        <Typography.Text type="secondary">{hint}</Typography.Text>
        {children}
      </Flex>
    </li>
  );
}
