# Runs scenarios with Perl's binding (libnet-remctl-perl): see ../play.ts.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use JSON::PP;
use Net::Remctl ();

$| = 1;

sub argument {
    my ($described) = @_;
    return pack('H*', $described->{hex}) if exists $described->{hex};
    return $described->{fill} x $described->{length};
}

sub seen {
    my $output = shift // '';
    my $length = length $output;
    my $shown = $length <= 16384 ? unpack('H*', $output) : undef;
    return { length => $length, sha256 => sha256_hex($output), hex => $shown };
}

sub simple {
    my ($job, @command) = @_;
    my $result = Net::Remctl::remctl($job->{host}, $job->{port}, '', @command);
    return { refused => $result->error } if defined $result->error;
    return {
        stdout => seen($result->stdout),
        stderr => seen($result->stderr),
        status => $result->status,
    };
}

sub full {
    my ($client, @command) = @_;
    my @pieces;
    $client->command(@command) or return { failure => $client->error };
    while (1) {
        my $token = $client->output or return { failure => $client->error };
        if ($token->type eq 'output') {
            if (@pieces && $pieces[-1][0] == $token->stream) {
                $pieces[-1][1] .= $token->data;
            } else {
                push @pieces, [$token->stream, $token->data];
            }
            next;
        }
        my @output = map { [$_->[0], seen($_->[1])] } @pieces;
        if ($token->type eq 'status') {
            return { output => \@output, status => $token->status };
        }
        return { output => \@output, code => $token->error, text => seen($token->data) };
    }
}

sub run {
    my ($job, $scenario) = @_;
    my @answers;
    my $client;
    if ($job->{interface} eq 'full') {
        $client = Net::Remctl->new;
        $client->set_timeout($scenario->{timeout}) if $scenario->{timeout};
        $client->open($job->{host}, $job->{port}, $job->{principal})
            or return [{ failure => $client->error }];
    }
    for my $step (@{ $scenario->{steps} }) {
        if (!ref $step) {
            push @answers, $client->noop ? { noop => JSON::PP::true } : { failure => $client->error };
        } else {
            my @command = map { argument($_) } @$step;
            push @answers, $client ? full($client, @command) : simple($job, @command);
        }
        last if exists $answers[-1]{failure};
    }
    return \@answers;
}

my $json = JSON::PP->new->utf8;
my $job = $json->decode(do { local $/; <STDIN> });
for my $scenario (@{ $job->{scenarios} }) {
    print $json->encode([$scenario->{id}, run($job, $scenario)]), "\n";
}
