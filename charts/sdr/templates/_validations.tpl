{{/* Combinations that would fail later, told now and with what to do. */}}
{{- define "sdr.validate" -}}
{{- $v := .Values -}}
{{- include "sdr.validateCallers" . -}}
{{- include "sdr.validateTls" . -}}
{{- if and $v.secrets.existingSecret $v.secrets.create -}}
{{- fail "secrets: set either secrets.existingSecret or secrets.create, not both" -}}
{{- end -}}
{{- if not (or $v.secrets.existingSecret $v.secrets.create) -}}
{{- range $name, $component := $v.components -}}
{{- if and $component.enabled (not (or $component.existingSecret $v.defaults.existingSecret)) -}}
{{- fail (printf "components.%s: no Secret is named; make one with DATABASE_URL and SDR_SECRET_KEY and set secrets.existingSecret (for a first try: the preset trial.yaml)" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $v.secrets.create -}}
{{- if and (not (hasKey $v.secrets.values "DATABASE_URL")) (not $v.trial.postgres.enabled) -}}
{{- fail "secrets.values: DATABASE_URL is missing (postgresql://user:password@host:5432/name), or enable trial.postgres" -}}
{{- end -}}
{{- if not (hasKey $v.secrets.values "SDR_SECRET_KEY") -}}
{{- fail "secrets.values: SDR_SECRET_KEY is missing; make one: python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'" -}}
{{- end -}}
{{- end -}}
{{- if $v.trial.postgres.enabled -}}
{{- if not $v.secrets.create -}}
{{- fail "trial.postgres: its address is written into the chart's own Secret; set secrets.create=true, or use a Postgres of your own" -}}
{{- end -}}
{{- if not $v.trial.postgres.password -}}
{{- fail "trial.postgres.password: choose one" -}}
{{- end -}}
{{- end -}}
{{- if and $v.monitoring.probes.enabled (not $v.monitoring.probes.prober) -}}
{{- fail "monitoring.probes.prober: name the blackbox exporter that asks, such as blackbox-exporter.monitoring.svc:9115" -}}
{{- end -}}
{{- if eq $v.profile "production" -}}
{{- range $name, $part := $v.trial -}}
{{- if $part.enabled -}}
{{- fail (printf "trial.%s: a production installation brings its own; disable it or use another profile" $name) -}}
{{- end -}}
{{- end -}}
{{- if $v.secrets.create -}}
{{- fail "secrets.create: a production installation keeps secrets out of the release; make a Secret and set secrets.existingSecret" -}}
{{- end -}}
{{- if eq $v.image.tag "latest" -}}
{{- fail "image.tag: a production installation pins a version; \"latest\" cannot be rolled back" -}}
{{- end -}}
{{- end -}}
{{- if and $v.mail.host (not $v.mail.from) -}}
{{- fail "mail.from: whom do mails come from? Set an address, such as \"Clinic <sdr@example.com>\"" -}}
{{- end -}}
{{- if $v.canary.tag -}}
{{- if eq $v.canary.tag (default $.Chart.AppVersion $v.image.tag) -}}
{{- fail (printf "canary.tag: %q is what runs already; set it to \"\" when the rollout is over" $v.canary.tag) -}}
{{- end -}}
{{- if and (eq $v.profile "production") (eq $v.canary.tag "latest") -}}
{{- fail "canary.tag: a production installation pins a version; \"latest\" cannot be rolled back" -}}
{{- end -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.ingress.host) -}}
{{- fail "ingress.host: Chatwoot needs a name to post its webhooks to" -}}
{{- end -}}
{{- $off := list -}}
{{- range $name := list "dialogue" "scoring" "routing" "reporting" -}}
{{- if and (not (index $v.components $name).enabled) (not (index $v.targets $name)) -}}
{{- $off = append $off $name -}}
{{- end -}}
{{- end -}}
{{- if and $off (not $v.fullnameOverride) -}}
{{- fail (printf "fullnameOverride: %s run elsewhere, and addresses follow from the name; set the same fullnameOverride in every release, or targets.%s" (join ", " $off) (first $off)) -}}
{{- end -}}
{{- range $name, $_ := $v.components -}}
{{- $component := include "sdr.component" (dict "root" $ "name" $name) | fromYaml -}}
{{- if $component.enabled -}}
{{- $least := ternary (int $component.autoscaling.minReplicas) (int $component.replicas) $component.autoscaling.enabled -}}
{{- if and $component.autoscaling.enabled (gt (int $component.autoscaling.minReplicas) (int $component.autoscaling.maxReplicas)) -}}
{{- fail (printf "components.%s.autoscaling: minReplicas %d is above maxReplicas %d" $name (int $component.autoscaling.minReplicas) (int $component.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- if and $component.autoscaling.keda.enabled (not $component.autoscaling.enabled) -}}
{{- fail (printf "components.%s.autoscaling.keda: it decides only where autoscaling.enabled is true" $name) -}}
{{- end -}}
{{- if and $component.autoscaling.keda.enabled (not $component.autoscaling.keda.triggers) -}}
{{- fail (printf "components.%s.autoscaling.keda.triggers: KEDA needs one, such as {type: cpu, metadata: {value: \"70\"}}" $name) -}}
{{- end -}}
{{- if and $component.pdb.enabled (lt $least 2) -}}
{{- fail (printf "components.%s.pdb: with %d replica no eviction could ever happen; set replicas to 2 or more, or pdb.enabled to false" $name $least) -}}
{{- end -}}
{{- $kept := toString (default "" $component.pdb.minAvailable) -}}
{{- if and $component.pdb.enabled (or (eq $kept "100%") (and (regexMatch "^[0-9]+$" $kept) (ge (int $kept) $least))) -}}
{{- fail (printf "components.%s.pdb.minAvailable: %s of %d pods must stay, so no eviction could ever happen" $name $kept $least) -}}
{{- end -}}
{{- $drain := printf "SDR_%s_DRAIN_S" (upper (include "sdr.service" $name)) -}}
{{- if hasKey $component.env $drain -}}
{{- fail (printf "components.%s.env.%s: set drainSeconds instead, which the time until a pod is killed is held against" $name $drain) -}}
{{- end -}}
{{- $needed := include "sdr.shutdownSeconds" $component | int -}}
{{- if lt (int $component.terminationGracePeriodSeconds) $needed -}}
{{- fail (printf "components.%s.terminationGracePeriodSeconds: %d is too short for drainDelaySeconds %d and drainSeconds %d; set it to %d or more" $name (int $component.terminationGracePeriodSeconds) (int $component.drainDelaySeconds) (int $component.drainSeconds) $needed) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
