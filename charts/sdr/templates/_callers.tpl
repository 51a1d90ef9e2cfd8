{{/* Who calls whom by gRPC, by component: network policies and accepted callers follow from it. Everybody tells reporting. */}}
{{- define "sdr.calls" -}}
gateway: []
gateway-worker: []
dialogue: [gateway, gateway-worker]
scoring: [gateway, gateway-worker]
routing: [gateway, gateway-worker]
routing-worker: []
reporting: [gateway, gateway-worker, dialogue, scoring, routing, routing-worker]
{{- end -}}

{{/* Callers that a server takes calls of, as a JSON list: the gateway (which calls itself too), people, and whom `sdr.calls` names. Arguments: name. */}}
{{- define "sdr.acceptedCallers" -}}
{{- $accepted := list "gateway" "operator" -}}
{{- range index (include "sdr.calls" . | fromYaml) .name -}}
{{- $accepted = append $accepted (include "sdr.service" .) -}}
{{- end -}}
{{- uniq $accepted | toJson -}}
{{- end -}}

{{/* The Secret that holds a caller's token and its digests. Arguments: root, caller. */}}
{{- define "sdr.callerSecret" -}}
{{- default (printf "%s-caller-%s" (include "sdr.fullname" .root) .caller) .root.Values.callers.existingSecret -}}
{{- end -}}

{{/*
The variables of accepted callers, as far as they must stand before SDR_ACCEPTED_CALLERS, which is put together from them. A pod waits for
the Secrets: those of other releases may come later. Arguments: root, name, job.
*/}}
{{- define "sdr.callerParts" -}}
{{- if and (eq .root.Values.callers.mode "enforce") (not .job) (not (hasSuffix "-worker" .name)) -}}
{{- $root := .root -}}
{{- range include "sdr.acceptedCallers" . | fromJsonArray }}
- name: CALLER_{{ upper . }}
  valueFrom: {secretKeyRef: {name: {{ include "sdr.callerSecret" (dict "root" $root "caller" .) }}, key: {{ . }}-accepted}}
{{- end }}
{{- end -}}
{{- end -}}

{{/* Whether a running Deployment's processes have a variable: "yes", "no", or "" where there is none or no cluster. Arguments: root, name, variable. */}}
{{- define "sdr.runsWith" -}}
{{- $running := lookup "apps/v1" "Deployment" .root.Release.Namespace (printf "%s-%s" (include "sdr.fullname" .root) .name) -}}
{{- if $running -}}
{{- $found := "no" -}}
{{- range (first $running.spec.template.spec.containers).env -}}
{{- if eq .name $.variable -}}{{- $found = "yes" -}}{{- end -}}
{{- end -}}
{{- $found -}}
{{- end -}}
{{- end -}}

{{/* Refuses the steps that would lose calls: asking for tokens before they are sent, or sending none while they are asked for. */}}
{{- define "sdr.validateCallers" -}}
{{- $root := . -}}
{{- $mode := .Values.callers.mode -}}
{{- range $server, $clients := include "sdr.calls" . | fromYaml -}}
{{- range $client := $clients -}}
{{- if and (eq $mode "enforce") (index $root.Values.components $server).enabled (eq "no" (include "sdr.runsWith" (dict "root" $root "name" $client "variable" "SDR_CALLER_TOKEN"))) -}}
{{- fail (printf "callers.mode: %s-%s runs without a token, so %s would refuse its calls until it is replaced; upgrade with callers.mode=send first, then with enforce (UPGRADING.md)" (include "sdr.fullname" $root) $client $server) -}}
{{- end -}}
{{- if and (eq $mode "none") (index $root.Values.components $client).enabled (eq "yes" (include "sdr.runsWith" (dict "root" $root "name" $server "variable" "SDR_ACCEPTED_CALLERS"))) -}}
{{- fail (printf "callers.mode: %s-%s asks for tokens, so it would refuse calls of %s without one; upgrade with callers.mode=send first, then with none" (include "sdr.fullname" $root) $server $client) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
